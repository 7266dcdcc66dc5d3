"""How a landed text becomes a value: the SQL of the engine macros beside plain Python.

The macros are rendered by themselves, so that thousands of texts cost no build; that staging uses
them is shown where rows are quarantined.
"""

from __future__ import annotations

import json
import math
import random
import re
from collections.abc import Callable
from datetime import date, datetime

import duckdb
import pytest

from tests.python.lib.rendering import rendered

TEXTS = 8_000
"""Texts tried with each macro, besides those written here."""

WHOLE = [
    *("2024-02-29", "2023-02-29", "2024-2-9", "2024-1-5", "0000-01-01", "0001-01-01", "9999-12-31"),
    *("10000-01-01", "-2024-01-01", "2024-01-01 (BC)", "2024/01/01", "20240101", "2024-01-01 "),
    *(
        "infinity",
        "-infinity",
        "epoch",
        "now",
        "today",
        "2024-W01-1",
        "2024-001",
        "\u0662\u0660\u0662\u0664-01-01",
    ),
    *(
        "2024-01-05T10:00:00Z",
        "2024-01-05T10:00:00",
        "2024-01-05 10:00:00Z",
        "2024-01-05T24:00:00Z",
    ),
    *(
        "2024-01-05T23:59:60Z",
        "2024-01-05T10:00:00.0Z",
        "2024-01-05T10:00:00ZZ",
        "2024-01-05T10:00Z",
    ),
    *("2024-01-05T10:00:00+00:00", "2024-01-05t10:00:00z", "2023-02-30T10:00:00Z"),
    *(
        "0",
        "-0",
        "007",
        "-1",
        "+1",
        "--1",
        "1.5",
        "1.",
        ".5",
        "-1.25",
        "1e3",
        "1E3",
        "1_000",
        "1,5",
    ),
    *("0x1F", "1 000", " 1", "1 ", "", " ", "-", "NaN", "nan", "inf", "Infinity", "£5", "\u096b"),
    *("2147483647", "2147483648", "-2147483648", "-2147483649", "1" * 40, "0." + "3" * 40),
    *("9223372036854775807", "9223372036854775808", "-9223372036854775808", "-9223372036854775809"),
    *("1" * 309, "9" * 309, "-" + "9" * 309, "9" * 309 + ".5", "1" * 300 + "." + "5" * 300),
    *("0" * 400 + "1", "0." + "0" * 400 + "1", "-000", "00", "-007", "-0.0"),
    *("true", "false", "t", "f", "TRUE", "False", "yes", "no", "1\n", "true ", "2024-01-05\n"),
]
PIECES = [
    *("2024-01-05", "T10:00:00", "Z", "2023", "-02-30", "12:59:59", "-", ":", ".", "T", " ", "\n"),
    *("0", "1", "9", "31", "29", "e3", "+", "true", "false", "t", "x", "é", "'", "_", ","),
]
NAMES = ["Ann", "ann", "O'Brien", "siân", "SIÂN", "Łukasz", "æsa", "ñandú", "ÖZ", "LS1", "1aa", "-"]
SPACES = [" ", "  ", "\t", "\n", "\r\n", "   "]


def texts() -> list[str]:
    """Texts that are nearly what they should be, the same in every run."""
    draw = random.Random(20240601)
    made = list(WHOLE)
    while len(made) < TEXTS:
        text = draw.choice(WHOLE)
        for _ in range(draw.randrange(3)):
            place = draw.randrange(len(text) + 1)
            kept = text[place + draw.randrange(2) :]
            text = text[:place] + draw.choice(PIECES) + kept
        made.append(text)
    for _ in range(500):
        day = date.fromordinal(draw.randrange(1, date.max.toordinal() + 1)).isoformat()
        time = ":".join(f"{draw.randrange(highest):02}" for highest in (25, 61, 61))
        made += [day, f"{day}T{time}Z", str(draw.randrange(-(10**10), 10**10))]
    return made


def names() -> list[str]:
    draw = random.Random(20240601)
    return [
        "".join(draw.choice([*NAMES, *SPACES, *SPACES]) for _ in range(draw.randrange(1, 8)))
        for _ in range(TEXTS)
    ]


# --------------------------------------------------------------------------------------------------
# The same in plain Python
# --------------------------------------------------------------------------------------------------


def python_date(text: str) -> date | None:
    if not re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def python_timestamp(text: str) -> datetime | None:
    if not re.fullmatch("[0-9]{4}(-[0-9]{2}){2}T[0-9]{2}(:[0-9]{2}){2}Z", text):
        return None
    try:
        return datetime.fromisoformat(text.removesuffix("Z"))
    except ValueError:
        return None


def python_integer(text: str) -> int | None:
    if not re.fullmatch("-?[0-9]+", text):
        return None
    return int(text) if -(2**63) <= int(text) < 2**63 else None


def python_is_integer(text: str) -> bool:
    return re.fullmatch("-?[0-9]+", text) is not None and math.isfinite(float(text))


def python_compared_integer(text: str) -> str:
    return str(int(text)) if re.fullmatch("-?[0-9]+", text) else text


def python_decimal(text: str) -> float | None:
    if not re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", text):
        return None
    return float(text) if math.isfinite(float(text)) else None


def python_boolean(text: str) -> bool | None:
    return {"true": True, "false": False}.get(text)


def python_normalised(text: str) -> str:
    return " ".join(text.split()).upper()


@pytest.mark.parametrize(
    ("macro", "in_python", "tried", "readable"),
    [
        ("as_date", python_date, texts, 500),
        ("as_timestamp", python_timestamp, texts, 300),
        ("as_integer", python_integer, texts, 300),
        ("is_integer", python_is_integer, texts, 300),
        ("as_compared_integer", python_compared_integer, texts, TEXTS),
        ("as_decimal", python_decimal, texts, 500),
        ("as_boolean", python_boolean, texts, 50),
        ("normalised", python_normalised, names, TEXTS),
    ],
)
def test_a_text_is_read_as_plain_python_reads_it(
    macro: str, in_python: Callable, tried: Callable[[], list[str]], readable: int
) -> None:
    landed = tried()
    with duckdb.connect() as connection:
        connection.execute(
            "create table landed as select unnest(?::json::varchar[]) as value",
            [json.dumps(landed)],
        )
        found = connection.execute(f"select {rendered(macro, 'value')} from landed").fetchall()
        assert connection.execute(
            f"select {rendered(macro, 'value')} from (select null::varchar as value)"
        ).fetchall() == [(None,)]
    expected = [in_python(text) for text in landed]
    # Otherwise nothing would have been tried.
    assert sum(value is not None for value in expected) >= readable
    different = [
        (text, here, there)
        for text, (here,), there in zip(landed, found, expected, strict=True)
        if here != there or type(here) is not type(there)
    ]
    assert different == []
