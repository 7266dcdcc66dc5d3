"""The synthetic extracts: repeatable, complete, and about nobody."""

from __future__ import annotations

import argparse
import csv
import functools
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from studylink import synth
from studylink.contract import landed_tables

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "extracts" / "sample"
SAMPLE_FAMILIES, SAMPLE_SEED = 1000, 20231002

# Coded columns whose list has another name, and how much of the code it lists.
CODED = {
    "dfe/adult_learning": {"outcome": "adult_learning_outcome"},
    "dwp/employment_programmes": {"outcome": "programme_outcome"},
    "nhs_england/hospital_episodes": {
        "primary_diagnosis": ("icd10_category", 3),
        "main_procedure": ("opcs4_chapter", 1),
    },
    "nhs_england/prescriptions": {"bnf_code": ("bnf_chapter", 2)},
    "nhs_england/register_events": {"cause_icd10": ("icd10_category", 3)},
}

# What the row faults hold on purpose.
UNLISTED = {"Good", "2.5", "4.5", "marriage"}


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("synth") / "extracts"
    synth.write_extracts(SAMPLE_FAMILIES, SAMPLE_SEED, out)
    return out


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def tables(folder: Path) -> Iterator[tuple[str, list[dict[str, str]]]]:
    for path in sorted(folder.rglob("*.csv")):
        yield path.relative_to(folder).with_suffix("").as_posix(), rows(path)


@pytest.mark.parametrize("threads", [1, 4])
def test_the_same_seed_gives_the_same_bytes_whatever_the_threads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, threads: int
) -> None:
    synth.write_extracts(400, 7, tmp_path / "first")
    connect = functools.partial(duckdb.connect, config={"threads": threads})
    monkeypatch.setattr(synth.duckdb, "connect", connect)
    synth.write_extracts(400, 7, tmp_path / "second")
    assert contents(tmp_path / "first") == contents(tmp_path / "second")


def test_another_seed_gives_other_people(tmp_path: Path) -> None:
    synth.write_extracts(400, 7, tmp_path / "first")
    synth.write_extracts(400, 8, tmp_path / "second")
    first, second = contents(tmp_path / "first"), contents(tmp_path / "second")
    # what agencies and approvers were asked for does not depend on who the families are
    fixed = {f"governance/{name}.csv" for name in ("deliveries", "projects", "researchers")}
    assert {name for name in first if first[name] == second[name]} == fixed


def test_the_shipped_sample_is_what_the_generator_writes(written: Path) -> None:
    made, shipped = contents(written), contents(SAMPLE)
    assert {name for name in made.keys() | shipped if made.get(name) != shipped.get(name)} == set()


def test_the_sample_is_small_enough_to_ship() -> None:
    assert sum(map(len, contents(SAMPLE).values())) < 15_000_000


def test_every_table_of_the_contract_is_there_and_filled(written: Path) -> None:
    found = {name: found_rows for name, found_rows in tables(written)}
    for table in landed_tables():
        pattern = table.landed_as.replace("*", "[^/]+")
        names = [name for name in found if re.fullmatch(pattern, name)]
        assert names, f"{table.landed_as} is missing"
        for name in names:
            assert len(found[name]) >= 2, f"{name} is empty"
            assert set(found[name][0]) == set(table.columns)
            # one row in a hundred at least: a row fault may be all that fills a column otherwise
            empty = [
                column
                for column in table.columns
                if sum(bool(row[column]) for row in found[name]) * 100 < len(found[name])
            ]
            # pupil numbers are asked for in one study only
            assert empty == (["upn"] if name == "surveys/send_futures/participants" else [])


def test_everybody_asks_for_everything(written: Path) -> None:
    asked = set()
    for study in ("five_to_twelve", "send_futures"):
        people = rows(written / "surveys" / study / "participants.csv")
        roles = {row["participant_id"]: row["role"] for row in people}
        for row in rows(written / "surveys" / study / "requests.csv"):
            asked.add((roles.get(row["made_by"]), row["request_type"], row["scope"]))
    types = "stop_linkage resume_linkage delete_linked restrict lift_restriction object erase"
    expected = {
        (role, request_type, scope)
        for role in ("mother", "father", "parental_carer", "child")
        for request_type in (*types.split(), "rectify", "access")
        for scope in ("person", "family")
    }
    assert expected - asked == set()


def test_codes_are_in_the_code_lists(written: Path) -> None:
    listed: dict[str, set[str]] = {}
    for row in rows(ROOT / "seeds" / "code_lists.csv"):
        listed.setdefault(row["code_list"], set()).add(row["code"])
    unlisted = Counter()
    for name, found in tables(written):
        for column in found[0]:
            code_list = CODED.get(name, {}).get(column, column)
            code_list, length = code_list if isinstance(code_list, tuple) else (code_list, None)
            for row in found if code_list in listed else []:
                code = row[column][:length]
                if code and code not in listed[code_list] | UNLISTED:
                    unlisted[name, column, code] += 1
    assert unlisted == Counter()


# Identifiers that were never issued

POSTCODE = re.compile(r"[QVX][A-HK-Y]\d{1,2} \d[ABD-HJLNP-UW-Z]{2}")
PHONE = re.compile(r"07700 900\d{3}|01632 960\d{3}|020 7946 0\d{3}")
EMAIL = re.compile(r"[a-z.-]+\d+@example\.(org|com|net)|roisin\.quill@example\.net")
UPN = re.compile(r"[A-HJ-NP-RT-Z]99\d{10}")


def upn_letter(digits: str) -> str:
    total = sum(int(digit) * weight for weight, digit in enumerate(digits, start=2))
    return "ABCDEFGHJKLMNPQRTUVWXYZ"[total % 23]


def is_nhs_number(digits: str) -> bool:
    total = sum(
        int(digit) * weight for digit, weight in zip(digits, range(10, 1, -1), strict=False)
    )
    return (11 - total % 11) % 11 == int(digits[9])


def test_participants_could_be_nobody(written: Path) -> None:
    seen = Counter()
    for study in ("five_to_twelve", "send_futures"):
        for row in rows(written / "surveys" / study / "participants.csv"):
            # a few are written as people type them
            postcode = row["postcode"].upper().replace(" ", "")
            assert not postcode or POSTCODE.fullmatch(f"{postcode[:-3]} {postcode[-3:]}")
            assert not row["phone"] or PHONE.fullmatch(row["phone"])
            assert not row["email"] or EMAIL.fullmatch(row["email"])
            assert not row["upn"] or UPN.fullmatch(row["upn"])
            assert not row["upn"] or row["upn"][0] == upn_letter(row["upn"][1:])
            seen.update(name for name, value in row.items() if value)
    assert min(seen[name] for name in ("postcode", "phone", "email", "upn")) > 500


def test_pupils_could_be_nobody(written: Path) -> None:
    for row in rows(written / "dfe" / "pupils.csv"):
        assert not row["postcode"] or POSTCODE.fullmatch(row["postcode"])
        assert not row["upn"] or UPN.fullmatch(row["upn"])
        assert not row["upn"] or row["upn"][0] == upn_letter(row["upn"][1:])


def test_corrections_hold_no_real_contact(written: Path) -> None:
    wanted = {"phone": PHONE, "email": EMAIL, "postcode": POSTCODE}
    seen = Counter()
    for study in ("five_to_twelve", "send_futures"):
        for row in rows(written / "surveys" / study / "requests.csv"):
            if row["field"] in wanted:
                assert wanted[row["field"]].fullmatch(row["new_value"])
                seen[row["field"]] += 1
    assert seen.keys() == wanted.keys()


def test_free_text_tells_of_nobody(written: Path) -> None:
    nhs, national_insurance, phones = [], [], []
    for name, column in (
        ("five_to_twelve/parent_interviews", "other_comments"),
        ("send_futures/parent_survey", "what_would_help"),
        ("send_futures/child_survey", "in_your_own_words"),
    ):
        for row in rows(written / "surveys" / f"{name}.csv"):
            text = row[column]
            nhs += re.findall(r"(?i)nhs (?:number is|no) ([\d ]+\d)", text)
            national_insurance += re.findall(r"NI number (.{13})", text)
            phones += re.findall(r"\b0[\d ]{9,}\d", text)
            assert set(re.findall(r"@(\S+)", text)) <= {
                "example.org",
                "example.com",
                "example.net",
            }
    assert nhs and national_insurance and phones
    for number in nhs:
        digits = number.replace(" ", "")
        assert re.fullmatch(r"999\d{7}", digits) and is_nhs_number(digits)
    for number in national_insurance:
        assert re.fullmatch(r"QQ \d\d \d\d \d\d [A-D]", number)
    for number in phones:
        assert re.fullmatch(r"(07700900|01632960|0207946 ?0)\d{3}", number.replace(" ", ""))


def test_every_nhs_number_has_its_check_digit() -> None:
    with duckdb.connect() as connection:
        connection.execute("set variable seed = '1'")
        connection.execute(Path(synth.__file__).with_name("draws.sql").read_text(encoding="utf-8"))
        numbers = connection.execute("select nhs_number(n) from range(5000) as r(n)").fetchall()
    for (number,) in numbers:
        assert re.fullmatch(r"999 \d{3} \d{4}", number)
        assert is_nhs_number(number.replace(" ", ""))


def test_employers_places_and_providers_are_invented(written: Path) -> None:
    made_up = {
        "hmrc/employments": ("employer_paye_reference", r"000/[A-Z]\d{4}"),
        "dfe/adult_learning": ("provider_ukprn", r"1999\d{4}"),
        "dfe/schools": ("school_urn", r"9\d{5}"),
        "nhs_england/gp_events": ("practice_code", r"Z9\d{4}"),
        "nhs_england/hospital_episodes": ("provider_code", r"QZ[0-9A-Z]"),
        "ons/areas": ("lsoa_code", r"E019\d{5}"),
    }
    for name, (column, pattern) in made_up.items():
        values = {row[column] for row in rows(written / f"{name}.csv")} - {""}
        assert values and all(re.fullmatch(pattern, value) for value in values), name


# The command


@pytest.fixture
def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser()
    synth.add_command(parser.add_subparsers(required=True))
    return parser


def test_the_command_writes_a_folder(parser: argparse.ArgumentParser, tmp_path: Path) -> None:
    out = tmp_path / "new" / "extracts"
    parsed = parser.parse_args(["synth", "--families", "200", "--seed", "1", "--out", str(out)])
    assert parsed.run(parsed) == 0
    assert (out / "governance" / "deliveries.csv").is_file()


def test_a_folder_with_something_in_it_is_left_alone(
    parser: argparse.ArgumentParser, tmp_path: Path
) -> None:
    (tmp_path / "kept.txt").write_text("kept", encoding="utf-8")
    parsed = parser.parse_args(
        ["synth", "--families", "200", "--seed", "1", "--out", str(tmp_path)]
    )
    with pytest.raises(SystemExit, match="is not empty"):
        parsed.run(parsed)
    assert contents(tmp_path) == {"kept.txt": b"kept"}


@pytest.mark.parametrize("families", [0, 199, 1_250_001])
def test_numbers_of_families_that_cannot_be_made_are_refused(families: int, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="families must be from 200 to 1,250,000"):
        synth.write_extracts(families, 1, tmp_path / "out")
    assert not (tmp_path / "out").exists()
