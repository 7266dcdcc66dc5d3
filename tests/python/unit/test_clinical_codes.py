"""A clinical code is read as its publisher writes it, and nothing else passes for one.

The forms are those of the NHS Data Dictionary (ICD-10 CODE, `min an4 max an6`; OPCS-4 CODE, `an4`),
of the World Health Organization, which writes a point and the marks of dagger and asterisk, and of
the NHS Business Services Authority's structure of BNF codes.
"""

from __future__ import annotations

import random
from collections.abc import Callable

import duckdb
import pytest
from stdnum.gb import nhs

from tests.python.lib.rendering import rendered

ICD10 = {
    **dict.fromkeys(["J45", "J459", "J45.9", "J459-", "J45.9-", "J4590", "J45--", "J45X"], "J45"),
    **dict.fromkeys(["E103-D", "E103-A", "E10.3-D", "E103"], "E10"),
    **dict.fromkeys(["I10X-", "I10X", "I10X- ", "I10   ", "I10-"], "I10"),
    **dict.fromkeys(["G01X-A", "G01*", "G01X*", "G01X-*"], "G01"),
    **dict.fromkeys(["A17.0†", "A170+", "A17†", "A170-D"], "A17"),
    **dict.fromkeys(["M4789", "M47.89", "M4789A", "M4789D"], "M47"),
}
OPCS4 = {
    **dict.fromkeys(["H011", "H01.1", "H01", "H01-", "H01X", "H011 "], "H01"),
}
BNF = {
    **dict.fromkeys(["0301011R0AAAPAP", "0301011R0AA", "0301011R0"], "0301011R0"),
    "090402000BBHCA0": "090402000",
    "190200000BBCJA0": "190200000",
    "0410030A0AAAAAA": "0410030A0",
    "0601012Z0BBABAB": "0601012Z0",
    "15010400ABBAAA0": "15010400A",
    "21220000213": "212200002",
}
NO_ICD10 = [
    *("S102TN", "B1 1AA", "J4", "j459", "J459-X", "J4593D4", "J459 D", " J459", "JA5", "J4A"),
    *("J45.", "J45.9-DD", "J459\n", "A1234567", "QQ123456C", "D-", "-", "&", "", "M47891", "45J"),
]
NO_OPCS4 = ["H01 1", "H0111", "H1", "h011", "-", "&", "H01.12", "H01\n", "HA1", "E20 12 The Lane"]
NO_BNF = [
    *("090402000", "012345678", "0123456789", "01234567890", "012345678901234", "2400000001A"),
    *("943476587AAAAAA", "9434765870", "9434765870SMITH", "0104765870SMITH", "0301011R0A"),
    *("090402000BB", "0301011R0AAAPAP ", "0001011R0AAAPAP", "0301011r0aaapap", "QQ123456C"),
]


def read(macro: str, codes: list[str]) -> dict[str, str | None]:
    with duckdb.connect() as connection:
        return dict(
            connection.execute(
                f"select code, {rendered(macro, 'code')} from (select unnest(?) as code)", [codes]
            ).fetchall()
        )


@pytest.mark.parametrize(
    ("macro", "codes", "others"),
    [
        ("icd10_category", ICD10, NO_ICD10),
        ("opcs4_category", OPCS4, NO_OPCS4),
        ("bnf_chemical", BNF, NO_BNF),
    ],
)
def test_a_code_is_cut_to_what_is_published_and_anything_else_is_missing(
    macro: str, codes: dict[str, str], others: list[str]
) -> None:
    assert read(macro, [*codes, *others]) == codes | dict.fromkeys(others)


def nhs_number(draw: random.Random) -> str:
    while not nhs.is_valid(number := str(draw.randrange(10**9, 10**10))):
        pass
    return number


def chi_number(draw: random.Random) -> str:
    """Ten digits that begin with a day of birth, as all chapters of the BNF might."""
    return f"{draw.randrange(1, 32):02}{draw.randrange(1, 13):02}{draw.randrange(10**6):06}"


@pytest.mark.parametrize("made", [nhs_number, chi_number])
@pytest.mark.parametrize("macro", ["icd10_category", "opcs4_category", "bnf_chemical"])
def test_no_number_of_a_person_passes_for_a_code(
    macro: str, made: Callable[[random.Random], str]
) -> None:
    draw = random.Random(20240601)
    numbers = [made(draw) for _ in range(2_000)]
    forms = ("{0}", "{1} {2} {3}", "{0}SMITH", "{0}AAAPA", "{0}0AAAP", "A{0}", "{0}A", "{0} ")
    written = [
        form.format(number, number[:3], number[3:6], number[6:])
        for number in numbers
        for form in forms
    ]
    assert {code for code in read(macro, written).values() if code is not None} == set()
