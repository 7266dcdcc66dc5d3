"""Whether a table may leave the secure place: a verdict for each of its cells.

Counts under `at_least`, zero included, are withheld and all others rounded to the nearest multiple
of it; shares are computed from the rounded counts. So the difference between two tables, or between
a total and its parts, gives nobody away (Hundepool et al., Statistical Disclosure Control, 2012). A
mean needs a count of enough people, and no person who alone makes up much of the sum.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

Row = dict[str, str]
Labels = frozenset[tuple[str, str]]
"""What a row is about: its grouping columns with their values."""
Released = Mapping[tuple[Labels, str], Sequence[tuple[str, str]]]
"""Counts released before, by labels and column: of each the output and the count as released."""

AS_IT_IS, ROUND, RECOMPUTE = "as it is", "round", "recompute"
"""The figure may leave: as it is, rounded, or computed again from rounded counts."""
SPAN = r"\d{4}/\d{2}|\d{1,4} ?(-|\u2013|to) ?\d{1,4}"
"""A span of years or a band, as 2023/24 or 5-9 or 5 to 9: the one value with a digit in it that
need not be declared. 3/12 may be three of twelve, and 0.5-0.9 an interval."""
PSEUDONYM = re.compile("[0-9a-f]{32}", re.IGNORECASE)
DIGITS = 3
"""Digits of a mean: 3.2941 is 56 of 17, and the exact count would show when one person leaves."""
WITHHOLD, REVIEW = "withhold", "review"
"""It may not leave; or a person has to decide."""


class NotReadable(Exception):
    """A table cannot be checked; the message names file, line or column, and no value."""


@dataclass(frozen=True)
class Share:
    """A column that shows how many in a hundred of `whole` are in `part`: two columns of counts."""

    part: str
    whole: str


@dataclass(frozen=True)
class Mean:
    """A column of means of the people in `count`, of whom `largest` has the largest value."""

    count: str
    largest: str | None


@dataclass(frozen=True)
class Limits:
    """What may be public: see `seeds/disclosure_control.csv`."""

    at_least: int
    max_share_of_one: Decimal


@dataclass(frozen=True)
class Table:
    """A table as a researcher made it: its columns, by what they are, and its rows as text.

    The columns that are none of these group people.
    """

    columns: Sequence[str]
    rows: Sequence[Row]
    counts: Sequence[str]
    shares: Mapping[str, Share] = field(default_factory=dict)
    means: Mapping[str, Mean] = field(default_factory=dict)

    def groups(self) -> list[str]:
        """The columns that group people."""
        figures = {*self.counts, *self.shares, *self.means, *self._largest()}
        return [name for name in self.columns if name not in figures]

    def shown(self) -> list[str]:
        """The columns that may leave: the largest value of one person never does."""
        return [name for name in self.columns if name not in self._largest()]

    def _largest(self) -> set[str]:
        return {mean.largest for mean in self.means.values() if mean.largest}


@dataclass(frozen=True)
class Verdict:
    """What is to become of one cell, why, and what it then shows; empty where withheld.

    Rows count from 1 after the header.
    """

    row_number: int
    column: str
    verdict: str
    why: str
    shown: str


def labels(row: Row, groups: Sequence[str]) -> Labels:
    """What a row is about."""
    return frozenset((name, row[name]) for name in groups)


def undeclared(columns: Sequence[str], rows: Sequence[Row], declared: set[str]) -> list[str]:
    """Columns with a number anywhere but in a span, of which nobody said what they are."""
    return [
        name
        for name in columns
        if name not in declared and any(_has_number(row[name]) for row in rows)
    ]


def _has_number(text: str) -> bool:
    return any(map(str.isnumeric, text)) and not re.fullmatch(SPAN, text.strip())


def number(text: str) -> Decimal | None:
    """The number that a text is, if it is one."""
    try:
        found = Decimal(text.strip())
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def verdicts(table: Table, limits: Limits, released: Released) -> Iterator[Verdict]:
    """The verdict for every cell that shows a figure or somebody's pseudonym, row by row."""
    for row_number, row in enumerate(table.rows, start=1):
        rounded = {name: _rounded(row[name], limits) for name in table.counts}
        for name in table.counts:
            before = released.get((labels(row, table.groups()), name), ())
            yield Verdict(row_number, name, *_of_count(row[name], rounded[name], limits, before))
        for name, share in table.shares.items():
            part, whole = rounded[share.part], rounded[share.whole]
            yield Verdict(row_number, name, *_of_share(row[name], part, whole))
        for name, mean in table.means.items():
            largest = row[mean.largest] if mean.largest else ""
            yield Verdict(row_number, name, *_of_mean(row[name], row[mean.count], largest, limits))
        for name in table.groups():
            if PSEUDONYM.search(row[name]):
                yield Verdict(row_number, name, REVIEW, "it looks like the id of one person", "")


def _rounded(text: str, limits: Limits) -> int | None:
    """A count as it may be shown: none where it is withheld, or no count."""
    count = number(text)
    if count is None or count < limits.at_least or count != count.to_integral_value():
        return None
    steps = (count / limits.at_least).quantize(Decimal(1), ROUND_HALF_UP)
    return int(steps) * limits.at_least


def _of_count(
    text: str, rounded: int | None, limits: Limits, before: Sequence[tuple[str, str]]
) -> tuple[str, str, str]:
    count = number(text)
    if not text.strip():
        return AS_IT_IS, "withheld already", ""
    if count is None or count < 0 or count != count.to_integral_value():
        return REVIEW, "it is declared a count, and is no whole number", ""
    if rounded is None:
        return WITHHOLD, f"under {limits.at_least} people, or none", ""
    for output, shown in before:
        then = number(shown)
        if shown != str(rounded) and (then is None or abs(count - then) < limits.at_least):
            return (
                REVIEW,
                f"{output} showed another figure of the same group: the two together say that a "
                "few people came or went",
                "",
            )
    if rounded != count:
        return ROUND, f"to the nearest {limits.at_least}", str(rounded)
    return AS_IT_IS, "a rounded count", str(rounded)


def _of_share(text: str, part: int | None, whole: int | None) -> tuple[str, str, str]:
    if part is None or whole is None:
        return WITHHOLD, "a count that it is computed from is withheld", ""
    share = str((Decimal(100 * part) / whole).quantize(Decimal(1), ROUND_HALF_UP))
    if number(text) == Decimal(share):
        return AS_IT_IS, "it is computed from rounded counts", share
    return RECOMPUTE, "from rounded counts, in whole per cents", share


def _of_mean(text: str, count: str, largest: str, limits: Limits) -> tuple[str, str, str]:
    people, mean, most = number(count), number(text), number(largest)
    if not text.strip():
        return AS_IT_IS, "withheld already", ""
    if people is None or people < limits.at_least:
        return WITHHOLD, f"of under {limits.at_least} people", ""
    if mean is None or most is None:
        return REVIEW, "without the largest value nobody can see whether one person decides it", ""
    if abs(most) > limits.max_share_of_one * abs(mean * people):
        return WITHHOLD, "one person makes up too much of the sum", ""
    shown = f"{Decimal(f'{mean:.{DIGITS}g}'):f}"
    if mean != Decimal(shown):
        return ROUND, f"to {DIGITS} digits: with more it gives away of how many people it is", shown
    return AS_IT_IS, "of enough people, of whom none makes up much of it", text.strip()
