"""Identifiers of the United Kingdom: the SQL macros beside python-stdnum or a rule in plain Python.

Each macro is tried on valid values and on what nearly is one: a character changed, spaced, in other
case, cut, with letters that only look right, and on junk. The same values come in every run.
"""

from __future__ import annotations

import json
import random
import string
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

import duckdb
import pytest
from stdnum.gb import nhs, upn, utr

from tests.python.lib.rendering import rendered

SAMPLE = 20_000
WHOLE = 1_000_000
BATCH = 50_000
"""Values judged at a time."""

LETTERS, DIGITS = string.ascii_uppercase, string.digits
SPACES = " \xa0\u2003\u2009\u202f\u3000"
HYPHENS = "-\u2010\u2011\u2013\u2014\u2212"
JUNK = "aAzZ059 -./@+_'\"\\%\n\t\0\xa0\xe9\xdf\u017f\u0131\u212a\u0663\u0967\u4e2d\U0001f600"
"""Characters that break or trick: long s, dotless i and the kelvin sign have capitals or small
letters in ASCII; digits of other scripts are no digits here."""

Draw = random.Random


# --------------------------------------------------------------------------------------------------
# The rules in plain Python, where python-stdnum has none
# --------------------------------------------------------------------------------------------------


def without(text: str, characters: str) -> str:
    return "".join(character for character in text if character not in characters)


def spaceless(text: str) -> str:
    return without(text, SPACES).strip()


def is_digits(text: str, length: int) -> bool:
    return len(text) == length and all(character in DIGITS for character in text)


def capitals(text: str) -> str | None:
    return text.upper() if text.isascii() and text.isalnum() else None


def chi(text: str) -> bool:
    number = nhs.compact(text)
    if not nhs.is_valid(number):
        return False
    day, month, year = (int(number[place : place + 2]) for place in (0, 2, 4))
    try:
        date(2000 + year, month, day)
    except ValueError:
        return False
    return True


def pupil_number(text: str) -> bool:
    """As python-stdnum, but for its list of local authorities, which is out of date."""
    number = upn.compact(text)
    alphabet = set("ABCDEFGHJKLMNPQRTUVWXYZ")
    return (
        len(number) == 13
        and number[0] in alphabet
        and is_digits(number[1:-1], 11)
        and number[-1] in alphabet | set(DIGITS)
        and upn.calc_check_digit(number[1:]) == number[0]
    )


def uln(text: str) -> bool:
    """HESA's rule: the weighted sum of all ten leaves 10."""
    number = spaceless(text)
    return (
        is_digits(number, 10)
        and number[0] != "0"
        and sum(weight * int(n) for weight, n in zip(range(10, 0, -1), number, strict=True)) % 11
        == 10
    )


def nino(text: str) -> bool:
    number = capitals(spaceless(text))
    return bool(
        number
        and len(number) == 9
        and number[0] in set(LETTERS) - set("DFIQUV")
        and number[1] in set(LETTERS) - set("DFIQUVO")
        and number[:2] not in ("BG", "GB", "KN", "NK", "NT", "TN", "ZZ")
        and is_digits(number[2:8], 6)
        and number[8] in "ABCD"
    )


def driving_licence(text: str) -> bool:
    number = capitals(spaceless(text))
    if not number or len(number) not in (16, 18) or not is_digits(number[16:], len(number) - 16):
        return False
    surname, born, initials, namesake, check = (
        number[:5],
        number[5:11],
        number[11:13],
        number[13],
        number[14:16],
    )
    if not is_digits(born, 6):
        return False
    name = surname.rstrip("9")
    return (
        bool(name)
        and set(name) <= set(LETTERS)
        and int(born[1:3]) % 50 in range(1, 13)
        and int(born[1:3]) < 63
        and int(born[3:5]) in range(1, 32)
        and (initials == "99" or (initials[0] in LETTERS and initials[1] in LETTERS + "9"))
        and namesake in set(LETTERS + DIGITS) - set("IOQYZ01")
        and set(check) <= set(LETTERS)
    )


FIRST = set(LETTERS) - set("QVX")
SECOND = set(LETTERS) - set("IJZ")
THIRD, FOURTH = set("ABCDEFGHJKPSTUW"), set("ABEHMNPRVWXY")
INWARD = set(LETTERS) - set("CIKMOV")
FORMS = [
    (FIRST, DIGITS),
    (FIRST, DIGITS, DIGITS),
    (FIRST, DIGITS, THIRD),
    (FIRST, SECOND, DIGITS),
    (FIRST, SECOND, DIGITS, DIGITS),
    (FIRST, SECOND, DIGITS, FOURTH),
]
"""The characters allowed in each place of a postcode's outward code (BS 7666)."""


def postcode(text: str) -> bool:
    code = capitals(spaceless(text))
    return code == "GIR0AA" or any(
        code is not None
        and len(code) == len(form) + 3
        and all(
            c in places for c, places in zip(code, (*form, DIGITS, INWARD, INWARD), strict=True)
        )
        for form in FORMS
    )


ATOM = set(string.ascii_letters + DIGITS + "!#$%&'*+/=?^_`{|}~-")


def email(text: str) -> bool:
    address = text.strip()
    local, at, domain = address.rpartition("@")
    labels = domain.split(".")
    return (
        bool(at)
        and len(address) <= 254
        and len(local) <= 64
        and all(atom and set(atom) <= ATOM for atom in local.split("."))
        and len(labels) > 1
        and all(is_label(label) for label in labels)
        and set(labels[-1]) <= set(string.ascii_letters)
        and len(labels[-1]) > 1
    )


def is_label(label: str) -> bool:
    return (
        0 < len(label) < 64
        and set(label) <= set(string.ascii_letters + DIGITS + "-")
        and label[0] != "-"
        and label[-1] != "-"
    )


LENGTHS = {
    **{f"1{second}": (9, 10) for second in "123456789"},
    **{f"2{second}": (10,) for second in "03489"},
    **{f"3{second}": (10,) for second in "0347"},
    **{prefix: (10,) for prefix in ("55", "56", "84", "87", "90", "91", "98")},
    **{f"7{second}": (10,) for second in DIGITS},
    **{prefix: (9, 10) for prefix in ("800", "808")},
}
"""Digits after the leading 0, by the first of them: the National Telephone Numbering Plan."""


def phone(text: str) -> bool:
    number = without(without(text, SPACES + HYPHENS).strip(), "().")
    for prefix in ("+440", "+44", "00440", "0044", "0"):
        national = number.removeprefix(prefix)
        if national != number and is_digits(national, len(national)):
            lengths = LENGTHS.get(national[:2]) or LENGTHS.get(national[:3], ())
            if len(national) in lengths:
                return True
    return False


def uprn(text: str) -> bool:
    number = spaceless(text)
    return 1 <= len(number) <= 12 and is_digits(number, len(number))


# --------------------------------------------------------------------------------------------------
# Valid values
# --------------------------------------------------------------------------------------------------


def digits(draw: Draw, count: int) -> str:
    return "".join(draw.choices(DIGITS, k=count))


def checked(number: Callable[[Draw], str], is_valid: Callable[[str], bool]) -> Callable:
    """Numbers with the one last digit that is right, where there is one."""

    def made(draw: Draw) -> str:
        while True:
            begun = number(draw)
            for last in DIGITS:
                if is_valid(begun + last):
                    return begun + last

    return made


def a_birthday(draw: Draw) -> str:
    """Days that every month may have, and those that only some have."""
    day_and_month = f"{draw.randrange(1, 32):02}{draw.randrange(1, 13):02}"
    return draw.choice([day_and_month] * 9 + ["2902"]) + digits(draw, 5)


def a_upn(draw: Draw) -> str:
    number = digits(draw, 11) + draw.choice(DIGITS * 3 + "ABCDEFGHJKLMNPQRTUVWXYZ")
    return upn.calc_check_digit(number) + number


def a_utr(draw: Draw) -> str:
    number = digits(draw, 9)
    return draw.choice(["", "", "K", "k"]) + utr.calc_check_digit(number) + number


def a_nino(draw: Draw) -> str:
    return "".join(draw.choices(LETTERS, k=2)) + digits(draw, 6) + draw.choice("ABCDE")


def a_driving_licence(draw: Draw) -> str:
    month, day = draw.randrange(1, 13) + draw.choice([0, 50]), draw.randrange(1, 32)
    return (
        "".join(draw.choices(LETTERS, k=draw.randrange(1, 6))).ljust(5, "9")
        + f"{digits(draw, 1)}{month:02}{day:02}{digits(draw, 1)}"
        + draw.choice(["99", draw.choice(LETTERS) + "9", "".join(draw.choices(LETTERS, k=2))])
        + draw.choice("98765A")
        + "".join(draw.choices(LETTERS, k=2))
        + draw.choice(["", digits(draw, 2)])
    )


def a_postcode(draw: Draw) -> str:
    form = draw.choice(FORMS)
    places = [*form, DIGITS, INWARD, INWARD]
    code = "".join(draw.choice(sorted(characters)) for characters in places)
    return draw.choice([code, f"{code[:-3]} {code[-3:]}", "GIR 0AA"] * 9 + ["GIR0AA"])


def an_email(draw: Draw) -> str:
    some = string.ascii_lowercase + DIGITS + "-_+'"
    parts = [
        "".join(draw.choices(some, k=draw.randrange(1, 9))) for _ in range(draw.randrange(1, 4))
    ]
    labels = ["".join(draw.choices(string.ascii_lowercase + "-", k=draw.randrange(1, 6)))] * 2
    if draw.random() < 0.05:
        parts, labels = ["a" * draw.randrange(60, 68)], ["b" * draw.randrange(60, 66)] * 3
    return ".".join(parts) + "@" + ".".join([*labels, draw.choice(["uk", "org", "c", "museum"])])


def a_phone(draw: Draw) -> str:
    begun = draw.choice([*LENGTHS, "10", "22", "50", "70", "85", "809"])
    national = begun + digits(draw, draw.choice([9, 10, 10, 10, 11]) - len(begun))
    prefix = draw.choice(["0", "0", "+44", "+44 (0)", "0044", "44", "+44 0", ""])
    place = draw.randrange(1, len(national))
    return prefix + national[:place] + draw.choice(["", " ", "-", ") ", "."]) + national[place:]


@dataclass(frozen=True)
class Identifier:
    """A macro, what judges in its place, and how to make a value that is likely to be valid."""

    macro: str
    in_python: Callable[[str], bool]
    likely: Callable[[Draw], str]


IDENTIFIERS = [
    Identifier("is_nhs_number", nhs.is_valid, checked(lambda d: digits(d, 9), nhs.is_valid)),
    Identifier("is_chi_number", chi, checked(a_birthday, nhs.is_valid)),
    Identifier("is_upn", pupil_number, a_upn),
    Identifier("is_uln", uln, checked(lambda d: d.choice("123456789") + digits(d, 8), uln)),
    Identifier("is_utr", utr.is_valid, a_utr),
    Identifier("is_national_insurance_number", nino, a_nino),
    Identifier("is_driving_licence_number", driving_licence, a_driving_licence),
    Identifier("is_postcode", postcode, a_postcode),
    Identifier("is_email", email, an_email),
    Identifier("is_uk_phone", phone, a_phone),
    Identifier("is_uprn", uprn, lambda draw: digits(draw, draw.randrange(1, 14))),
]


# --------------------------------------------------------------------------------------------------
# Values that nearly are
# --------------------------------------------------------------------------------------------------


def changed(draw: Draw, text: str) -> str:
    """One character replaced by another of its kind."""
    place = draw.randrange(len(text))
    kind = DIGITS if text[place] in DIGITS else LETTERS
    return text[:place] + draw.choice(kind) + text[place + 1 :]


def separated(draw: Draw, text: str) -> str:
    """Separators anywhere, and whitespace around."""
    for _ in range(draw.randrange(1, 4)):
        place = draw.randrange(len(text) + 1)
        text = text[:place] + draw.choice(" " * 6 + "-" * 3 + SPACES + HYPHENS) + text[place:]
    return (
        draw.choice(["", "", " ", "\n", "\t", "\x1c", "\x85\u2028"])
        + text
        + draw.choice(["", "\n"])
    )


def spoilt(draw: Draw, text: str) -> str:
    """A character put in, left out or doubled."""
    place = draw.randrange(len(text) + 1)
    put = draw.choice(["", text[place : place + 1] * 2, draw.choice(JUNK), digits(draw, 1)])
    return text[:place] + put + text[place + 1 :]


def values(identifier: Identifier, count: int) -> Iterator[str]:
    """`count` texts, the same in every run: a third likely, the others nearly so or junk."""
    draw = Draw(20240601)
    for _ in range(count):
        kind = draw.randrange(12)
        text = identifier.likely(draw)
        if kind < 2:
            text = changed(draw, text)
        elif kind < 4:
            text = separated(draw, text)
        elif kind < 6:
            text = spoilt(draw, text)
        elif kind == 6:
            text = digits(draw, draw.choice([9, 10, 10, 10, 11, 13]))
        elif kind == 7:
            text = "".join(draw.choices(JUNK, k=draw.randrange(12)))
        elif kind == 8:
            text = "".join(draw.choice([c.lower(), c.upper()]) for c in text)
        yield text


@pytest.mark.parametrize("identifier", IDENTIFIERS, ids=lambda one: one.macro)
@pytest.mark.parametrize("count", [SAMPLE, pytest.param(WHOLE, marks=pytest.mark.long)])
def test_an_identifier_is_recognised_as_by_its_rule(identifier: Identifier, count: int) -> None:
    condition = rendered(identifier.macro, "value")
    drawn = values(identifier, count)
    different, valid = 0, 0
    with duckdb.connect() as connection:
        for _ in range(0, count, BATCH):
            batch = [text for _, text in zip(range(min(BATCH, count)), drawn, strict=False)]
            connection.execute(
                "create or replace table texts as select unnest(?::json::varchar[]) as value",
                [json.dumps(batch)],
            )
            found = [
                one for (one,) in connection.execute(f"select {condition} from texts").fetchall()
            ]
            expected = [identifier.in_python(text) for text in batch]
            different += sum(a is not b for a, b in zip(found, expected, strict=True))
            valid += sum(expected)
    assert different == 0
    # otherwise nothing would have been tried
    assert count / 5 < valid < count * 4 / 5


@pytest.mark.parametrize("identifier", IDENTIFIERS, ids=lambda one: one.macro)
def test_a_missing_value_is_no_identifier(identifier: Identifier) -> None:
    assert duckdb.execute(
        f"select {rendered(identifier.macro, 'value')} from (select null::varchar as value)"
    ).fetchall() == [(False,)]
