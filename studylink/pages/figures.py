"""Public figures: counts rounded or withheld, and what is computed from rounded counts alone."""

import csv
from functools import cache
from math import floor

from studylink.contract import PROJECT


@cache
def base() -> int:
    """To what counts are rounded, and under what they are withheld: a policy seed."""
    with (PROJECT / "seeds" / "disclosure_control.csv").open(encoding="utf-8", newline="") as file:
        return int(next(csv.DictReader(file))["round_counts_to"])


def public(count: int | None) -> int | None:
    """A count as anybody may see it, as the macro `public_count` makes it; None where withheld."""
    if count is None or count < base():
        return None
    return base() * floor(count / base() + 0.5)


def share(part: int | None, whole: int | None) -> float | None:
    """Of two public counts the share of 1, at most 1; None where either is withheld."""
    if part is None or whole is None:
        return None
    return min(part / whole, 1.0)
