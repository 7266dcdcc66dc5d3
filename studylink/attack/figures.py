"""How an intruder fared, beside what the policy seed `attack_ceilings` allows."""

from collections.abc import Sequence
from typing import NamedTuple

import duckdb


class Ceiling(NamedTuple):
    """The most that may be found for certain, as a share, and among how many somebody must stand.

    None: no limit. It holds for one kind of output of so many families or more: `research` is
    `research.duckdb`; releases are `with_family_ids`, `without_family_ids` and `safeguarded`.
    """

    output: str
    families_from: int
    intruder: str
    for_certain_at_most: float | None
    among_at_least: int | None


class Figures(NamedTuple):
    """How an intruder fared, in shares of their tries, and the most that they may; None: no limit.

    `by_guessing` is an expectation: guesses that are equally good share. `among` is the smallest
    number of candidates among whom somebody stands; None where nobody is tried, or none is counted.
    An intruder who tried nobody found nothing of what they know.
    """

    intruder: str
    tries: int
    for_certain: float
    for_certain_at_most: float | None
    by_guessing: float
    by_guessing_at_most: float | None = None
    among: int | None = None
    among_at_least: int | None = None

    @property
    def is_within_limits(self) -> bool:
        """Whether no more are found than may be."""
        return all(
            most is None or share <= most
            for share, most in (
                (self.for_certain, self.for_certain_at_most),
                (self.by_guessing, self.by_guessing_at_most),
                (self.among_at_least or 0, self.among),
            )
        )


def read_ceilings(
    connection: duckdb.DuckDBPyConnection, relation: str = "study.policy.attack_ceilings"
) -> list[Ceiling]:
    """The ceilings of the policy seed of the build that is attached, or of a relation like it."""
    columns = ", ".join(Ceiling._fields)
    return [
        Ceiling(*row) for row in connection.execute(f"select {columns} from {relation}").fetchall()
    ]


def ceiling(ceilings: Sequence[Ceiling], output: str, families: int, intruder: str) -> Ceiling:
    """What one intruder may find in an output of so many families."""
    return max(
        (
            one
            for one in ceilings
            if (one.output, one.intruder) == (output, intruder) and one.families_from <= families
        ),
        key=lambda one: one.families_from,
        default=Ceiling(output, 0, intruder, None, None),
    )
