"""The synthetic extracts: repeatable, complete, and about nobody."""

from __future__ import annotations

import argparse
import csv
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from studylink import landing, synth
from studylink.contract import ANSWERS, landed_tables, of_kind

ROOT = Path(__file__).resolve().parents[3]
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
    # the list is of what the ten codes are recoded to
    "ons/areas": {"rural_urban": None},
}

# What the row faults hold on purpose.
UNLISTED = {"Good", "aunt", "2.5", "4.5", "marriage"}


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


@pytest.fixture(scope="module")
def in_blocks(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """One world of two blocks, with strangers in its register, in each form."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(synth, "BLOCK", 200)
        # so many families are Parquet unless something else is asked for
        patched.setattr(synth, "LARGE", 400)
        patched.setattr(synth.os, "cpu_count", lambda: 1)
        written = {form: tmp_path_factory.mktemp(form or "parquet") for form in ("csv", None)}
        for form, out in written.items():
            synth.write_extracts(400, 7, out, form)
    return {"csv": written["csv"], "parquet": written[None]}


@pytest.mark.parametrize("form", synth.FORMATS)
def test_the_same_seed_gives_the_same_bytes_whatever_the_processors(
    in_blocks: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    monkeypatch.setattr(synth, "BLOCK", 200)
    monkeypatch.setattr(synth.os, "cpu_count", lambda: 4)
    synth.write_extracts(400, 7, tmp_path, form, pupils=4000)
    assert contents(tmp_path) == contents(in_blocks[form])


def test_another_seed_gives_other_people(
    in_blocks: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(synth, "BLOCK", 200)
    synth.write_extracts(400, 8, tmp_path, "csv", pupils=4000)
    first, second = contents(in_blocks["csv"]), contents(tmp_path)
    # what agencies and approvers were asked for does not depend on who the families are
    fixed = {f"governance/{name}" for name in ("deliveries", "projects", "researchers")}
    same = {name for name in first if first[name] == second[name]}
    assert same == {f"{table}/part-000001.csv" for table in fixed}


def test_a_table_is_a_file_for_each_block_or_one_where_it_is_of_no_family(
    in_blocks: dict[str, Path],
) -> None:
    parts: dict[str, set[str]] = {}
    for file in contents(in_blocks["parquet"]):
        table, _, part = file.rpartition("/")
        parts.setdefault(table, set()).add(part)
    of_no_family = {
        "dfe/schools",
        "governance/deliveries",
        "governance/projects",
        "governance/researchers",
        "ons/areas",
        "ons/postcodes",
    }
    for table, found in parts.items():
        numbers = (1,) if table in of_no_family else (1, 2)
        assert found == {f"part-{number:06}.parquet" for number in numbers}, table
    assert of_no_family < parts.keys()


def test_parquet_is_read_as_the_same_world_as_csv(in_blocks: dict[str, Path]) -> None:
    read = []
    for folder in in_blocks.values():
        with duckdb.connect() as connection:
            landing.create_views(connection, landing.read_landing(folder))
            read.append(
                {
                    table.landed_as: Counter(
                        # a decimal's last noughts say nothing
                        tuple(re.sub(r"^(-?\d+)\.0+$|(\.\d+?)0+$", r"\1\2", v or "") for v in row)
                        for row in connection.execute(
                            f"select source_table, {', '.join(table.columns)} "
                            f"from landing.{table.schema}.{table.name}"
                        ).fetchall()
                    )
                    for table in landed_tables()
                }
            )
    assert read[0] == read[1]
    assert all(read[0].values())


def test_no_block_repeats_the_ids_of_another(in_blocks: dict[str, Path]) -> None:
    keys = {
        "surveys/five_to_twelve/participants": ("participant_id", "family_id"),
        "surveys/send_futures/participants": ("participant_id", "family_id"),
        "surveys/five_to_twelve/permissions": ("permission_id",),
        "surveys/send_futures/permissions": ("permission_id",),
        "surveys/five_to_twelve/requests": ("request_id",),
        "surveys/send_futures/requests": ("request_id",),
        "dfe/pupils": ("pupil_matching_ref", "upn"),
    }
    for table, columns in keys.items():
        for column in columns:
            blocks = [
                {row[column] for row in rows(path)} - {""}
                for path in sorted((in_blocks["csv"] / table).iterdir())
            ]
            assert len(blocks) == 2 and all(blocks)
            assert len(set().union(*blocks)) == sum(map(len, blocks)), (table, column)


def test_the_register_of_a_large_world_holds_ten_pupils_to_a_family_who_go_to_school(
    in_blocks: dict[str, Path],
) -> None:
    folder = in_blocks["csv"]
    pupils = [row for path in (folder / "dfe/pupils").iterdir() for row in rows(path)]
    assert 4000 <= len(pupils) < 4100
    assert len({row["upn"] for row in pupils} - {""}) > 3900
    enrolled = Counter(
        row["pupil_matching_ref"]
        for path in (folder / "dfe/pupil_census").iterdir()
        for row in rows(path)
    )
    # of four years: children who go with a family are enrolled in the latest alone
    assert Counter(enrolled.values())[4] > 700


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


def test_free_text_gives_nobody_away(written: Path) -> None:
    nhs, national_insurance, phones = [], [], []
    for name, column in (
        (table.landed_as, column.name)
        for table in of_kind(ANSWERS)
        for column in table.declared
        if column.declared_class == "free_text"
    ):
        for row in rows(written / f"{name}.csv"):
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


# The register: what it has otherwise, and the truth that is not landed


@pytest.fixture(scope="module")
def register() -> Iterator[duckdb.DuckDBPyConnection]:
    """The tables of `synth.pupil_register` for some 1,900 children of send_futures, as views."""
    made = synth.pupil_register(6000, 1)
    with duckdb.connect() as connection:
        for name, table in made._asdict().items():
            connection.register(name, table)
        connection.execute(
            """
            create view pairs as
            select
                children.*,
                truth.differences,
                truth.pupil_matching_ref,
                columns(pupils.* exclude (pupil_id)) as "pupil_\\0"
            from children
            join truth on truth.study = children.study and participant_id = child_id
            join pupils on pupil_id = pupil_matching_ref
            """
        )
        yield connection


def only(register: duckdb.DuckDBPyConnection, query: str) -> tuple:
    (row,) = register.execute(query).fetchall()
    return row


def test_the_truth_is_about_the_folder_and_not_in_it(written: Path) -> None:
    truth = synth.true_pupils(SAMPLE_FAMILIES, SAMPLE_SEED).to_pylist()
    children = {
        (row["study"], row["participant_id"])
        for study in ("five_to_twelve", "send_futures")
        for row in rows(written / "surveys" / study / "participants.csv")
        if row["role"] == "child"
    }
    pupils = {row["pupil_matching_ref"] for row in rows(written / "dfe" / "pupils.csv")}
    shown = {(row["study"], row["participant_id"]) for row in truth}
    # nine in ten of them, and nobody else
    assert shown <= children and 0.85 * len(children) < len(shown) < 0.95 * len(children)
    assert {row["pupil_matching_ref"] for row in truth} < pupils
    for _, found in tables(written):
        assert not {"differences", "kind"} & set(found[0])


def test_a_quarter_of_send_futures_is_written_differently_and_some_in_several_ways(
    register: duckdb.DuckDBPyConnection,
) -> None:
    otherwise, several = only(
        register,
        "select avg((differences <> '')::integer), avg(contains(differences, ',')::integer) "
        "from pairs",
    )
    assert 0.25 < otherwise < 0.3
    assert 0.05 < several < 0.12


def test_every_way_to_differ_is_there(register: duckdb.DuckDBPyConnection) -> None:
    with synth.population(synth.FEWEST, 1) as population:
        ways = {way for (way,) in population.execute("select way from ways_to_differ").fetchall()}
    found = register.execute(
        "select distinct unnest(string_split(differences, ', ')) from truth where differences <> ''"
    ).fetchall()
    assert {way for (way,) in found} == ways


def test_what_differs_is_what_the_truth_says(register: duckdb.DuckDBPyConnection) -> None:
    parts = {
        "first_name": "'first name|nickname|spelling|middle|swapped'",
        "last_name": "'last name|barrel|names swapped'",
        "date_of_birth": "'date|day and month'",
        "address_line_1": "'address|moved'",
        "town": "'town|moved'",
        "postcode": "'postcode|moved'",
    }
    for column, said in parts.items():
        # capitals, and a postcode as it is typed, are nothing
        same = " = ".join(
            f"lower(replace({side}{column}::varchar, ' ', ''))" for side in ("", "pupil_")
        )
        unsaid, untrue = only(
            register,
            f"""
            select
                count(*) filter (
                    where coalesce(not {same}, true) and not regexp_matches(differences, {said})
                ),
                avg(coalesce({same}, false)::integer) filter (
                    where regexp_matches(differences, {said})
                )
            from pairs
            """,
        )
        assert unsaid == 0, column
        # barrels may be of the other name, a town the same after moving
        assert untrue < 0.2, column


def test_names_are_no_commoner_than_in_life(register: duckdb.DuckDBPyConnection) -> None:
    for column in ("first_name", "last_name"):
        share, names = only(
            register,
            f"""
            select max(bearers) / sum(bearers), count(*)
            from (select count(*) as bearers from pupils group by lower({column}))
            """,
        )
        assert share < 1 / 100, column
        assert names > 1000, column


def test_twins_siblings_and_namesakes_are_taken_for_a_child(
    register: duckdb.DuckDBPyConnection,
) -> None:
    query = """
        select
            near.kind,
            count(*) as near,
            count(*) filter (where truth.participant_id is null) as alone,
            count(*) filter (
                where damerau_levenshtein(children.first_name, pupils.first_name) <= 2
            ) as alike
        from near
        join children on children.child_id = near.participant_id
        join pupils on pupils.pupil_id = near.pupil_matching_ref
        left join truth on truth.participant_id = near.participant_id
        where near.study = 'send_futures'
        group by near.kind
    """
    found = {kind: counts for kind, *counts in register.execute(query).fetchall()}
    assert found.keys() == {"twin", "sibling", "namesake"}
    for kind, (near, _, alike) in found.items():
        assert near > 20 and alike > 3, kind
    # a twin whose brother or sister, the child, is not in the register
    assert found["twin"][1] > 3


def test_no_twin_has_the_childs_own_name_but_for_an_accent() -> None:
    with synth.population(synth.FEWEST, 1) as connection:
        same = connection.execute(
            """
            select name, other
            from (select name, unnest(others) as other from near_names)
            where lower(strip_accents(name)) = lower(strip_accents(other))
            """
        ).fetchall()
    assert same == []


def test_a_child_may_be_entered_twice(register: duckdb.DuckDBPyConnection) -> None:
    (twice,) = only(
        register,
        "select count(*) from (from truth select participant_id group by all having count(*) = 2)",
    )
    assert twice > 3


def test_children_of_five_to_twelve_have_their_number_whatever_else_differs(written: Path) -> None:
    numbers = {
        row["participant_id"]: row["upn"]
        for row in rows(written / "surveys" / "five_to_twelve" / "participants.csv")
    }
    pupils = {row["pupil_matching_ref"]: row["upn"] for row in rows(written / "dfe" / "pupils.csv")}
    pairs = [
        (numbers[row["participant_id"]], pupils[row["pupil_matching_ref"]])
        for row in synth.true_pupils(SAMPLE_FAMILIES, SAMPLE_SEED).to_pylist()
        if row["study"] == "five_to_twelve"
    ]
    # but for a few that are missing, or were taken down wrongly
    assert sum(one == other for one, other in pairs) > 0.93 * len(pairs)


def test_clerks_decide_about_doubtful_pairs(written: Path) -> None:
    truth = {
        (row["participant_id"], row["pupil_matching_ref"]): row["differences"]
        for row in synth.true_pupils(SAMPLE_FAMILIES, SAMPLE_SEED).to_pylist()
    }
    decisions = rows(written / "surveys" / "send_futures" / "clerical_decisions.csv")
    decided = Counter()
    for row in decisions:
        pair = row["participant_id"], row["pupil_matching_ref"]
        decided[row["decision"]] += 1
        if row["decision"] == "match":
            assert truth[pair]
        else:
            assert pair not in truth
    assert decided["match"] > 3 and decided["no_match"] > 1


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
