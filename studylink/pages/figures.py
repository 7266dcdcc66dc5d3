"""Public figures: counts rounded or withheld, and what is computed from rounded counts alone."""

import csv
from collections.abc import Collection
from functools import cache

import duckdb

from studylink.contract import PROJECT
from studylink.pages.examples import PERSON


def seed(name: str) -> list[dict[str, str]]:
    """The rows of a policy seed, every value as text."""
    with (PROJECT / "seeds" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def base() -> int:
    """To what counts are rounded, and under what they are withheld: a policy seed."""
    (policy,) = seed("disclosure_control")
    return int(policy["round_counts_to"])


def in_words() -> str:
    """What becomes of counts: the beginning of a sentence."""
    return (
        f"Counts under {base()} are withheld, zero included, and all others rounded to the nearest "
        f"{base()}"
    )


def rounded(count: int, to: int) -> int | None:
    """A count to the nearest multiple, a half upwards; None where it is less than one."""
    return to * ((2 * count + to) // (2 * to)) if count >= to else None


def public(count: int | None) -> int | None:
    """A count as anybody may see it, as the macro `public_count` makes it; None where withheld."""
    return None if count is None else rounded(count, base())


def public_in_sql(count: str) -> str:
    """The same of a count in SQL, an expression."""
    return (
        f"case when {count} >= {base()} then "
        f"cast({base()} * floor(({count}) / cast({base()} as double) + 0.5) as bigint) end"
    )


def counted(columns: Collection[str]) -> str:
    """What `count` counts in a table with these columns: people, or rows if they are nobody's."""
    return f"distinct {PERSON}" if PERSON in columns else "*"


def size(
    connection: duckdb.DuckDBPyConnection, relation: str, columns: Collection[str]
) -> tuple[int | None, int | None]:
    """The public counts of a table's people and of its rows.

    Both are withheld where its people are few: their rows, however many, would show how few.
    """
    ((people, rows),) = connection.execute(
        f"select count({counted(columns)}), count(*) from {relation}"
    ).fetchall()
    return public(people), public(rows) if public(people) else None


def share(part: int | None, whole: int | None) -> float | None:
    """Of two public counts the share of 1, at most 1; None where either is withheld."""
    if part is None or whole is None:
        return None
    return min(part / whole, 1.0)
