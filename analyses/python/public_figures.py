"""Counts and percentages as they may be shown outside the secure place."""

import pandas as pd


def public(count: pd.Series) -> pd.Series:
    """A count rounded to the nearest ten, a half upwards; missing under ten, zero included."""
    return ((count.where(count >= 10) / 10 + 0.5) // 1 * 10).astype("Int64")


def percent(part: pd.Series, whole: pd.Series) -> pd.Series:
    """A whole percentage, of counts that are public."""
    return ((100 * part / whole + 0.5) // 1).astype("Int64")
