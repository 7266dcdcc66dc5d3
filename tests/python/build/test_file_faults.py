"""File faults: the build stops before anything is written, says where, and shows nothing landed.

What is well formed, in whichever of the forms that may be landed, is read as it stands.
"""

from __future__ import annotations

import csv
import os
import re
import shutil
from argparse import Namespace
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from studylink import databases, landing, lines
from tests.python.lib import project
from tests.python.lib.cases import AS_OF
from tests.python.lib.oracle import COLUMNS, PATHS, table_of
from tests.python.lib.project import ROOT
from tests.python.lib.worlds import FIVE, World, write_landing

CANARY = "Zzyzxovic"
"""A surname put where each fault is: no message may repeat it."""

GP_EVENTS = "nhs_england/gp_events"
HEADER = ",".join(COLUMNS["gp_events"])
ROW = "D1,mother,2024-01-02,22298006,P81001"
OPTIONAL = {path for path in PATHS if table_of(path) == "clerical_decisions"}


@pytest.fixture
def extracts(tmp_path: Path) -> Path:
    """A landing folder without a fault: one family, and a canary for a surname."""
    world = World()
    world.add_participant(FIVE, "mother", last_name=CANARY)
    world.add_participant(FIVE, "child", last_name=CANARY, date_of_birth="2015-04-05", upn="UPN1")
    write_landing([world], tmp_path / "extracts")
    return tmp_path / "extracts"


def fault_of(extracts: Path) -> str:
    """The one message in which the landing is refused; never with anything that was landed."""
    with pytest.raises(landing.LandingError) as refused:
        landing.read_landing(extracts)
    message = str(refused.value)
    assert CANARY not in message, "the message shows what was landed"
    return message


def faults_of(extracts: Path) -> list[str]:
    """The lines of the message that name a fault."""
    return [line[4:] for line in fault_of(extracts).splitlines() if line.startswith("  - ")]


def write_gp_events(extracts: Path, *lines: str, end: str = "\n", encoding: str = "utf-8") -> None:
    text = end.join([HEADER, *lines]) + end
    (extracts / f"{GP_EVENTS}.csv").write_bytes(text.encode(encoding))


def rows_read(extracts: Path, table: str) -> list[tuple]:
    """The rows of a landed table as a build reads them."""
    with duckdb.connect() as connection:
        # No instant may depend on where the build runs.
        connection.execute("set timezone = 'America/New_York'")
        landing.create_views(connection, landing.read_landing(extracts))
        return connection.execute(f"select * from landing.{table}").fetchall()


def test_a_landing_without_a_fault_is_read(extracts: Path) -> None:
    assert {one.source_table for one in landing.read_landing(extracts)} == set(PATHS)


# --------------------------------------------------------------------------------------------------
# Files and columns
# --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", ["surveys/send_futures/participants", "dfe/pupils", "governance/deliveries"]
)
def test_a_missing_file_is_named(extracts: Path, path: str) -> None:
    (extracts / f"{path}.csv").unlink()
    assert faults_of(extracts) == [f"{path}.csv: the file is missing"]


def test_all_missing_files_are_named_at_once(extracts: Path) -> None:
    for path in PATHS:
        (extracts / f"{path}.csv").unlink()
    named = {fault.split(".csv")[0] for fault in faults_of(extracts)}
    assert named == set(PATHS) - OPTIONAL


def test_clerical_decisions_may_be_absent(extracts: Path) -> None:
    for path in OPTIONAL:
        (extracts / f"{path}.csv").unlink()
    assert rows_read(extracts, "surveys.clerical_decisions") == []


def test_a_missing_study_folder_names_each_file_it_should_hold(extracts: Path) -> None:
    shutil.rmtree(extracts / "surveys" / "send_futures")
    named = {fault.split(".csv")[0] for fault in faults_of(extracts)}
    assert named == {path for path in PATHS if "/send_futures/" in path} - OPTIONAL


def test_a_missing_landing_folder_is_named_with_the_remedy(extracts: Path) -> None:
    assert "STUDY_EXTRACTS" in fault_of(extracts / "nowhere")


def test_every_missing_column_of_every_file_is_named(extracts: Path) -> None:
    for path in PATHS:
        columns = COLUMNS[table_of(path)]
        (extracts / f"{path}.csv").write_text(",".join(columns[:-1]) + "\n")
    assert sorted(faults_of(extracts)) == sorted(
        f"{path}.csv: missing column(s) {COLUMNS[table_of(path)][-1]}" for path in PATHS
    )


@pytest.mark.parametrize(
    ("path", "column", "named"),
    [
        ("nhs_england/hospital_episodes", "nhs_number", "nhs_number"),
        ("dwp/pension_schemes", "surname", "surname"),
        ("surveys/five_to_twelve/participants", "national_insurance_number", None),
        ("hmrc/employments", "NHS Number", "'NHS Number'"),
    ],
)
def test_a_column_that_nobody_was_asked_for_is_named_and_its_values_are_not(
    extracts: Path, path: str, column: str, named: str | None
) -> None:
    file = extracts / f"{path}.csv"
    columns = COLUMNS[table_of(path)]
    file.write_text(f"{','.join([*columns, column])}\n{CANARY}{',' * len(columns)}{CANARY}\n")
    (fault,) = faults_of(extracts)
    assert fault.startswith(f"{path}.csv: column(s) {named or column} were not asked for; expected")


def test_a_column_that_is_twice_in_the_header_is_named(extracts: Path) -> None:
    file = extracts / f"{GP_EVENTS}.csv"
    file.write_text(f"{HEADER},event_date\n{ROW},{CANARY}\n")
    assert faults_of(extracts) == [
        f"{GP_EVENTS}.csv: column(s) event_date more than once in the header"
    ]


@pytest.mark.parametrize("content", [b"", b"\n", b"\xef\xbb\xbf"])
def test_an_empty_file_is_not_an_empty_table(extracts: Path, content: bytes) -> None:
    (extracts / f"{GP_EVENTS}.csv").write_bytes(content)
    (fault,) = faults_of(extracts)
    assert fault.startswith(f"{GP_EVENTS}.csv, line 1: no header")


def test_a_row_in_the_place_of_the_header_is_not_repeated_as_if_it_were_names(
    extracts: Path,
) -> None:
    path = "surveys/five_to_twelve/participants"
    file = extracts / f"{path}.csv"
    rows = file.read_text().splitlines()[1:]
    assert CANARY in rows[0]
    file.write_text("\n".join(rows) + "\n")
    (fault,) = faults_of(extracts)
    assert fault.startswith(f"{path}.csv, line 1: no header")
    assert "W00000" not in fault


def test_a_header_whose_quote_is_never_closed_is_named(extracts: Path) -> None:
    (extracts / f"{GP_EVENTS}.csv").write_text(f'"{HEADER}\n{CANARY}\n')
    assert faults_of(extracts) == [f"{GP_EVENTS}.csv, line 1: the header cannot be read"]


# --------------------------------------------------------------------------------------------------
# Landed in more than one form
# --------------------------------------------------------------------------------------------------


def to_parquet(file: Path, parquet: Path) -> None:
    parquet.parent.mkdir(exist_ok=True)
    read = f"read_csv('{file}', all_varchar = true, hive_partitioning = false)"
    duckdb.sql(f"copy (from {read}) to '{parquet}'")


def test_a_table_landed_as_a_file_and_as_a_folder_is_refused(extracts: Path) -> None:
    file = extracts / f"{GP_EVENTS}.csv"
    (extracts / GP_EVENTS).mkdir()
    shutil.copy(file, extracts / GP_EVENTS / "part.csv")
    (fault,) = faults_of(extracts)
    assert fault.startswith(f"{GP_EVENTS}: landed more than once")


def test_a_table_landed_as_csv_and_as_parquet_is_refused(extracts: Path) -> None:
    file = extracts / f"{GP_EVENTS}.csv"
    to_parquet(file, file.with_suffix(".parquet"))
    (fault,) = faults_of(extracts)
    assert fault.startswith(f"{GP_EVENTS}: landed more than once")


def test_a_folder_with_files_of_both_kinds_is_refused(extracts: Path) -> None:
    file = extracts / f"{GP_EVENTS}.csv"
    to_parquet(file, extracts / GP_EVENTS / "a.parquet")
    file.rename(extracts / GP_EVENTS / "b.csv")
    assert faults_of(extracts) == [
        f"{GP_EVENTS}/: holds both CSV and Parquet files; expected one kind"
    ]


CLERKS = "surveys/send_futures/clerical_decisions"


@pytest.mark.parametrize("table", [GP_EVENTS, CLERKS])
@pytest.mark.parametrize(
    "name",
    [
        ".csv.gz", ".parquet.bak", ".pq", ".txt", "", ".CSV.zip", "-2.csv", " (copy).CSV", "_2.csv",
        "_late.parquet", ".part-2.csv",
    ],
)  # fmt: skip
def test_anything_but_a_table_where_one_is_expected_is_named(
    extracts: Path, table: str, name: str
) -> None:
    (extracts / f"{table}{name}").write_text(CANARY)
    (fault,) = faults_of(extracts)
    assert fault.startswith(f"{table}{name}: cannot be read as the table {Path(table).name};")


@pytest.mark.parametrize(
    "file",
    [
        "surveys/permissions.csv",
        "surveys/send_futures/2026/permissions.CSV",
        "surveys/five_to_twelve/Copy of permissions.csv",
        "requests.csv.gz",
        "hmrc/participants.csv",
        "dfe/new_absence.parquet",
        "dwp/late/benefit_spells/part-1.pq",
    ],
)
def test_a_file_of_rows_with_a_tables_name_anywhere_else_is_named(
    extracts: Path, file: str
) -> None:
    (extracts / file).parent.mkdir(parents=True, exist_ok=True)
    (extracts / file).write_text(CANARY)
    (fault,) = faults_of(extracts)
    assert fault.startswith(f"{file}: has a table's name, and no table is expected there;")


@pytest.mark.parametrize(
    "file",
    [
        "surveys/early_years/home_visits.csv",
        "surveys/early_years/parent_survey.csv",
        "dfe/_old/absence.csv",
        "dfe/absences.txt",
        "README.md",
    ],
)
def test_a_file_without_a_tables_name_or_a_hidden_one_is_not_read(
    extracts: Path, file: str
) -> None:
    shutil.copytree(extracts / "surveys/send_futures", extracts / "surveys/early_years")
    for answers in ("child_survey", "parent_survey"):
        (extracts / f"surveys/early_years/{answers}.csv").unlink()
    (extracts / file).parent.mkdir(parents=True, exist_ok=True)
    (extracts / file).write_text(CANARY)
    assert landing.read_landing(extracts)


@pytest.mark.parametrize(
    "name", ["part.csv.gz", "part.pq", "part.txt", "part", "below/part.csv", "wave=2/part.csv"]
)
def test_anything_but_a_file_in_a_folder_of_files_is_named(extracts: Path, name: str) -> None:
    land_as_several_csv(extracts, numbered_rows(9))
    part = extracts / GP_EVENTS / name
    part.parent.mkdir(exist_ok=True)
    part.write_text(f"{HEADER}\n{ROW}\n")
    (fault,) = faults_of(extracts)
    named = name.split("/")[0]
    assert fault.startswith(f"{GP_EVENTS}/{named}: no CSV or Parquet file; expected gp_events.csv")


@pytest.mark.parametrize("kind", ["a folder", "a broken link", "a pipe"])
def test_a_file_of_a_table_is_a_file(extracts: Path, kind: str) -> None:
    place = extracts / f"{CLERKS}.csv"
    place.unlink()
    if kind == "a folder":
        place.mkdir()
    elif kind == "a pipe":
        os.mkfifo(place)
    else:
        place.symlink_to(extracts / "nowhere")
    (fault,) = faults_of(extracts)
    assert fault.startswith(f"{CLERKS}.csv: cannot be read as the table clerical_decisions;")


@pytest.mark.parametrize("name", [b"part-\xff.csv", b"part\n1.txt"])
def test_a_name_that_is_no_text_or_has_lines_is_named_on_one_line(
    extracts: Path, name: bytes
) -> None:
    land_as_several_csv(extracts, numbered_rows(9))
    Path(os.fsdecode(os.fsencode(extracts / GP_EVENTS) + b"/" + name)).write_text(CANARY)
    (fault,) = faults_of(extracts)
    fault.encode()
    assert fault.startswith(f"{GP_EVENTS}/'part")


def test_an_empty_folder_is_not_a_table(extracts: Path) -> None:
    (extracts / f"{CLERKS}.csv").unlink()
    (extracts / CLERKS).mkdir()
    (extracts / CLERKS / "_SUCCESS").touch()
    (fault,) = faults_of(extracts)
    assert fault.startswith(f"{CLERKS}/: the folder holds no file;")


def test_the_ending_is_read_without_regard_to_case_and_the_name_is_not(extracts: Path) -> None:
    file = extracts / f"{CLERKS}.csv"
    file.write_text(file.read_text() + "send_futures,child,R1,no_match,a clerk,\n")
    other = file.rename(file.with_suffix(".CSV"))
    assert len(rows_read(extracts, "surveys.clerical_decisions")) == 1
    other.rename(other.with_name("Clerical_Decisions.csv"))
    (fault,) = faults_of(extracts)
    assert fault.startswith("surveys/send_futures/Clerical_Decisions.csv: cannot be read")


def test_two_files_whose_names_differ_in_the_case_of_the_ending_are_two_forms(
    extracts: Path,
) -> None:
    file = extracts / f"{GP_EVENTS}.csv"
    shutil.copy(file, file.with_suffix(".CSV"))
    (fault,) = faults_of(extracts)
    assert fault.startswith(f"{GP_EVENTS}: landed more than once, as gp_events.CSV, gp_events.csv")


def test_every_part_of_a_folder_is_read_whatever_the_case_of_its_ending(extracts: Path) -> None:
    land_as_several_csv(extracts, numbered_rows(9))
    part = extracts / GP_EVENTS / "part-3.csv"
    part.rename(part.with_name("part-3.CSV"))
    assert len(rows_read(extracts, "nhs_england.gp_events")) == 9


def test_what_is_hidden_or_named_by_no_contract_is_not_read(extracts: Path) -> None:
    land_as_several_csv(extracts, numbered_rows(9))
    for name in ("_SUCCESS", ".part-4.csv.crc", "_temporary/part.csv"):
        place = extracts / GP_EVENTS / name
        place.parent.mkdir(exist_ok=True)
        place.write_text(CANARY)
    for name in ("README.md", "codebook.csv", "gp_events_codebook.pdf", ".gp_events.csv.swp"):
        (extracts / "nhs_england" / name).write_text(CANARY)
    for name in ("_old", ".old"):
        shutil.copytree(extracts / "surveys/five_to_twelve", extracts / "surveys" / name)
    assert len(rows_read(extracts, "nhs_england.gp_events")) == 9
    assert len(rows_read(extracts, "surveys.participants")) == 2


def test_a_file_that_is_not_parquet_is_named_without_its_content(extracts: Path) -> None:
    (extracts / f"{GP_EVENTS}.csv").unlink()
    (extracts / f"{GP_EVENTS}.parquet").write_text(CANARY * 100)
    (fault,) = faults_of(extracts)
    assert fault.startswith(f"{GP_EVENTS}.parquet")


@pytest.mark.parametrize("kept", [0, 4, 100, 0.5, -8, -1], ids=str)
def test_a_parquet_file_that_was_cut_short_is_named(extracts: Path, kept: float) -> None:
    land_as_one_parquet(extracts, numbered_rows(1000))
    file = extracts / f"{GP_EVENTS}.parquet"
    content = file.read_bytes()
    file.write_bytes(content[: int(kept * len(content)) if kept == 0.5 else int(kept)])
    assert faults_of(extracts) == [
        f"{GP_EVENTS}.parquet: no whole Parquet file; it may have been cut short on its way"
    ]


@pytest.mark.parametrize("lost", ["cut out", "zeros"])
def test_a_parquet_file_that_lost_bytes_before_its_end_is_named_with_the_columns(
    extracts: Path, lost: str
) -> None:
    land_as_one_parquet(extracts, numbered_rows(30_000))
    file = extracts / f"{GP_EVENTS}.parquet"
    content = file.read_bytes()
    third, half = len(content) // 3, len(content) // 2
    between = bytes(half - third) if lost == "zeros" else b""
    file.write_bytes(content[:third] + between + content[half:])
    faults = faults_of(extracts)
    assert faults
    for fault in faults:
        assert fault.startswith(f"{GP_EVENTS}.parquet: column ")
        assert fault.endswith("a value cannot be read, or is not UTF-8")


def test_a_parquet_file_must_have_the_same_columns(extracts: Path) -> None:
    file = extracts / f"{GP_EVENTS}.csv"
    file.write_text(f"{HEADER.replace('practice_code', 'nhs_number')}\n{ROW}\n")
    to_parquet(file, file.with_suffix(".parquet"))
    file.unlink()
    faults = faults_of(extracts)
    assert len(faults) == 2
    assert faults[0] == f"{GP_EVENTS}.parquet: missing column(s) practice_code"
    assert faults[1].startswith(f"{GP_EVENTS}.parquet: column(s) nhs_number were not asked for")


# --------------------------------------------------------------------------------------------------
# Malformed lines
# --------------------------------------------------------------------------------------------------

UNCLOSED = "a quoted value is not closed, or there is something before or after its quotes"
MALFORMED = {
    "too few values": (f"D1,{CANARY}", "fewer values than the header has columns"),
    "one value": (CANARY, "fewer values than the header has columns"),
    "too many values": (f"{ROW},{CANARY}", "more values than the header has columns"),
    "a comma that is not quoted": (
        f"D1,{CANARY},Jo,2024-01-02,22298006,P81001",
        "more values than the header has columns",
    ),
    "a quote that is never closed": (f'D1,"{CANARY},2024-01-02,22298006,P81001', UNCLOSED),
    "a last quote that is never closed": (f'D1,mother,2024-01-02,22298006,"{CANARY}', UNCLOSED),
    "text after a closing quote": (f'D1,"{CANARY}"x,2024-01-02,22298006,P81001', UNCLOSED),
    "a quote within quotes": (f'D1,"{CANARY} "Jo" x",2024-01-02,22298006,P81001', UNCLOSED),
}


@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["lf", "crlf"])
@pytest.mark.parametrize("kind", MALFORMED)
def test_a_malformed_line_is_named_only_by_its_number(extracts: Path, kind: str, end: str) -> None:
    line, said = MALFORMED[kind]
    write_gp_events(extracts, ROW, ROW, line, ROW, end=end)
    assert faults_of(extracts) == [f"{GP_EVENTS}.csv, line 4: {said}"]


def test_a_malformed_last_line_without_an_end_is_named(extracts: Path) -> None:
    (extracts / f"{GP_EVENTS}.csv").write_text(f"{HEADER}\n{ROW}\nD1,{CANARY}")
    assert faults_of(extracts) == [
        f"{GP_EVENTS}.csv, line 3: fewer values than the header has columns"
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["lf", "crlf"])
def test_lines_are_counted_as_an_editor_counts_them(extracts: Path, end: str) -> None:
    of_three_lines = f'D1,"one{end}two{end}three",2024-01-02,22298006,P81001'
    write_gp_events(extracts, of_three_lines, of_three_lines, f"D1,{CANARY}", ROW, end=end)
    assert faults_of(extracts) == [
        f"{GP_EVENTS}.csv, line 8: fewer values than the header has columns"
    ]


def test_malformed_lines_far_into_a_large_file_are_found(extracts: Path) -> None:
    before = 600_000
    write_gp_events(extracts, *[ROW] * before, f"D1,{CANARY}", *[ROW] * before, CANARY)
    said = "fewer values than the header has columns"
    assert faults_of(extracts) == [
        f"{GP_EVENTS}.csv, line {before + 2}: {said}",
        f"{GP_EVENTS}.csv, line {2 * before + 3}: {said}",
    ]


def test_a_file_that_is_wrong_throughout_is_reported_by_its_first_lines(extracts: Path) -> None:
    write_gp_events(extracts, *[f"D1,{CANARY}"] * 1000)
    faults = faults_of(extracts)
    assert len(faults) == lines.MOST_FAULTS
    assert faults[0].startswith(f"{GP_EVENTS}.csv, line 2:")


@pytest.mark.parametrize(
    ("first", "other", "number"), [("\n", "\r\n", 4), ("\r\n", "\n", 4), ("\n", "\r\n", 2)]
)
def test_a_line_that_does_not_end_as_the_others_is_named(
    extracts: Path, first: str, other: str, number: int
) -> None:
    row = f'D1,"{CANARY}",2024-01-02,22298006,P81001'
    lines = [line + first for line in (HEADER, row, row, row, row)]
    lines[number - 1] = lines[number - 1].rstrip() + other
    # Within quotes a line may end in any way.
    lines.insert(1, f'D1,"a{other}b{first}c",2024-01-02,22298006,P81001{first}')
    (extracts / f"{GP_EVENTS}.csv").write_bytes("".join(lines).encode())
    assert faults_of(extracts) == [
        f"{GP_EVENTS}.csv, line {number + 3}: it does not end as the lines before it do"
    ]


NOT_UTF_8 = f"D1,{CANARY} é,2024-01-02,22298006,P81001"


@pytest.mark.parametrize("before", [0, 1, 5000])
def test_bytes_that_are_not_utf_8_are_named_by_their_line(extracts: Path, before: int) -> None:
    write_gp_events(extracts, *[ROW] * before, NOT_UTF_8, ROW, encoding="latin-1")
    assert faults_of(extracts) == [f"{GP_EVENTS}.csv, line {before + 2}: not UTF-8"]


def test_bytes_that_are_not_utf_8_in_the_header_are_named(extracts: Path) -> None:
    text = f"{HEADER},{CANARY}é\n{ROW}\n"
    (extracts / f"{GP_EVENTS}.csv").write_bytes(text.encode("latin-1"))
    assert faults_of(extracts) == [f"{GP_EVENTS}.csv, line 1: not UTF-8"]


def test_a_file_in_another_encoding_is_named(extracts: Path) -> None:
    write_gp_events(extracts, NOT_UTF_8, encoding="utf-16")
    assert faults_of(extracts) == [f"{GP_EVENTS}.csv, line 1: not UTF-8"]


def lay_faults_everywhere(extracts: Path) -> list[str]:
    """A fault of nearly every sort, each in a file of its own; where each should be reported."""
    (extracts / "dfe/schools.csv").unlink()
    episodes = extracts / "nhs_england/hospital_episodes.csv"
    episodes.write_text(episodes.read_text().replace("epikey", "epikey,nhs_number"))
    write_gp_events(extracts, ROW, f"D1,{CANARY}", ROW, f'D1,"{CANARY}"x,2024-01-02,1,P')
    areas = extracts / "ons/areas.csv"
    areas.write_text(areas.read_text().replace("crime_decile", "crime_rank"))
    pupils = extracts / "dfe/pupils.csv"
    pupils.write_bytes(pupils.read_bytes() + f"R1,U1,{CANARY},É,,F,,,\n".encode("latin-1"))
    (extracts / "hmrc/tax_credits.csv").write_text("")
    return [
        "dfe/schools.csv: the file is missing",
        "nhs_england/hospital_episodes.csv: column(s) nhs_number were not asked for",
        f"{GP_EVENTS}.csv, line 3: fewer values",
        f"{GP_EVENTS}.csv, line 5: a quoted value",
        "ons/areas.csv: missing column(s) crime_decile",
        "ons/areas.csv: column(s) crime_rank were not asked for",
        "dfe/pupils.csv, line 2: not UTF-8",
        "hmrc/tax_credits.csv, line 1: no header",
    ]


def test_all_faults_of_all_files_are_in_one_message(extracts: Path) -> None:
    expected = lay_faults_everywhere(extracts)
    message = fault_of(extracts)
    assert [place for place in expected if place not in message] == []
    assert f"{len(expected)} fault(s)" in message


def test_of_some_suppliers_a_fault_of_another_stops_nothing(extracts: Path) -> None:
    for place in ("hmrc/tax_credits.csv", "dfe/pupils.csv"):
        (extracts / place).write_text(f"{CANARY}\n")
    (extracts / "nhs_england" / "gp_events.csv").unlink()
    (extracts / "dwp" / "Copy of pension_schemes.csv").touch()
    asked = landing.read_landing(extracts, "surveys", "governance")
    assert {one.source_table for one in asked} == {
        path for path in PATHS if path.startswith(("surveys/", "governance/"))
    }
    # wherever a part of what is asked for is
    (extracts / "hmrc" / "permissions.csv").touch()
    with pytest.raises(landing.LandingError) as refused:
        landing.read_landing(extracts, "surveys", "governance")
    assert "1 fault(s)" in str(refused.value) and "hmrc/permissions.csv: " in str(refused.value)
    assert len(faults_of(extracts)) == 5


def test_without_a_study_the_tables_of_governance_are_read(extracts: Path) -> None:
    shutil.rmtree(extracts / "surveys")
    assert landing.read_landing(extracts, "governance")


def test_a_var_that_the_project_does_not_know_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    from studylink import plugin

    flags = Namespace(PROJECT_DIR=project.ROOT, VARS={"asof": "2024-06-01T00:00:00Z"})
    monkeypatch.setattr(plugin, "get_flags", lambda: flags)
    with pytest.raises(plugin.DbtRuntimeError, match="asof"):
        plugin._refuse_unknown_vars()
    flags.VARS = {"as_of": "2024-06-01T00:00:00Z"}
    plugin._refuse_unknown_vars()


@pytest.mark.long
def test_a_var_that_the_project_does_not_know_stops_a_command_before_anything_is_written(
    extracts: Path, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    done = project.dbt("run", extracts, data, AS_OF, "--vars", '{asof: "2024-06-01T00:00:00Z"}')
    assert done.returncode != 0
    assert "Unknown in --vars: asof. The project knows: as_of." in done.stdout
    assert {made.name for made in data.iterdir()} <= {"target", "logs"}


def test_a_file_fault_stops_a_build_before_anything_is_written(
    extracts: Path, tmp_path: Path
) -> None:
    expected = lay_faults_everywhere(extracts)
    data = tmp_path / "data"
    done = project.dbt("--debug build", extracts, data, AS_OF)
    assert done.returncode != 0
    assert [place for place in expected if place not in done.stdout] == []
    assert {made.name for made in data.iterdir()} <= {"target", "logs"}
    written = "".join(file.read_text() for file in data.glob("logs/*"))
    assert expected[0] in written
    assert CANARY not in done.stdout + done.stderr + written


# --------------------------------------------------------------------------------------------------
# What is well formed is read as it stands
# --------------------------------------------------------------------------------------------------


def test_columns_in_another_order_are_read_by_their_names(extracts: Path) -> None:
    there = ["practice_code", "event_date", "delivery_id", "snomed_code", "participant_id"]
    row = dict(zip(COLUMNS["gp_events"], ROW.split(","), strict=True))
    text = f"{','.join(there)}\n{','.join(row[column] for column in there)}\n"
    (extracts / f"{GP_EVENTS}.csv").write_text(text)
    assert rows_read(extracts, "nhs_england.gp_events") == [(GP_EVENTS, 1, *ROW.split(","))]


AWKWARD = [
    ["D1", "a comma, and\na line", 'said "no"', '"', ",\r\n,"],
    ["D1", "Siân Ó Néill 李", " spaces kept ", "'; drop table x", "# no comment"],
    ["D1", None, None, "null", "\\N"],
    ["D1", "NA", "0123", "1e3", "\ttab"],
]


@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["lf", "crlf"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
@pytest.mark.parametrize("last_line_ends", [True, False])
def test_values_are_read_literally(
    extracts: Path, end: str, encoding: str, quoting: int, last_line_ends: bool
) -> None:
    file = extracts / f"{GP_EVENTS}.csv"
    with file.open("w", encoding=encoding, newline="") as out:
        writer = csv.writer(out, lineterminator=end, quoting=quoting)
        writer.writerows([COLUMNS["gp_events"], *AWKWARD])
    if not last_line_ends:
        file.write_bytes(file.read_bytes().removesuffix(end.encode()))
    assert rows_read(extracts, "nhs_england.gp_events") == [
        (GP_EVENTS, number, *row) for number, row in enumerate(AWKWARD, start=1)
    ]


def test_a_header_alone_is_a_table_without_rows(extracts: Path) -> None:
    (extracts / f"{GP_EVENTS}.csv").write_text(HEADER)
    assert rows_read(extracts, "nhs_england.gp_events") == []


def numbered_rows(count: int) -> list[list[str]]:
    return [[f"D{n % 7}", f"p{n}", "2024-01-02", str(n), ""] for n in range(count)]


def land_as_one_csv(extracts: Path, rows: list[list[str]]) -> None:
    write_rows(extracts / f"{GP_EVENTS}.csv", rows)


def land_as_one_parquet(extracts: Path, rows: list[list[str]]) -> None:
    file = extracts / f"{GP_EVENTS}.csv"
    write_rows(file, rows)
    to_parquet(file, file.with_suffix(".parquet"))
    file.unlink()


def land_as_several_csv(extracts: Path, rows: list[list[str]]) -> None:
    (extracts / f"{GP_EVENTS}.csv").unlink()
    # Written in another order than that of their names, one of them empty, and each with columns
    # in an order of its own.
    third = len(rows) // 3
    columns = COLUMNS["gp_events"]
    write_rows(extracts / GP_EVENTS / "part-3.csv", rows[third:], columns[::-1])
    write_rows(extracts / GP_EVENTS / "part-1.csv", rows[:third])
    write_rows(extracts / GP_EVENTS / "part-2.csv", [])


def land_as_several_parquet(extracts: Path, rows: list[list[str]]) -> None:
    land_as_several_csv(extracts, rows)
    for file in (extracts / GP_EVENTS).glob("*.csv"):
        to_parquet(file, file.with_suffix(".parquet"))
        file.unlink()


def write_rows(file: Path, rows: list[list[str]], columns: list[str] | None = None) -> None:
    file.parent.mkdir(exist_ok=True)
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, columns or COLUMNS["gp_events"], lineterminator="\n")
        writer.writeheader()
        writer.writerows(dict(zip(COLUMNS["gp_events"], row, strict=True)) for row in rows)


@pytest.mark.parametrize(
    "land", [land_as_one_csv, land_as_one_parquet, land_as_several_csv, land_as_several_parquet]
)
def test_a_table_is_the_same_rows_in_whichever_form_it_lands(
    extracts: Path, land: Callable[[Path, list[list[str]]], None]
) -> None:
    rows = numbered_rows(30_000)
    land(extracts, rows)
    assert sorted(rows_read(extracts, "nhs_england.gp_events"), key=lambda row: row[1]) == [
        (GP_EVENTS, number, *(value or None for value in row))
        for number, row in enumerate(rows, start=1)
    ]


def test_a_malformed_line_of_one_of_several_files_is_named_with_its_file(extracts: Path) -> None:
    land_as_several_csv(extracts, numbered_rows(9))
    with (extracts / GP_EVENTS / "part-1.csv").open("a") as file:
        file.write(f"{CANARY}\n")
    assert faults_of(extracts) == [
        f"{GP_EVENTS}/part-1.csv, line 5: fewer values than the header has columns"
    ]


READ = {
    # landed column of employments: a Parquet value, its text
    "participant_id": [
        ("'é'", "é"), ("encode('é')", "é"), ("12::utinyint", "12"),
        ("18446744073709551615::ubigint", "18446744073709551615"),
        ("100.000::decimal(38, 3)", "100"), ("1200::decimal(18, 0)", "1200"),
        ("-0.00::decimal(4, 2)", "0"), ("''", None),
    ],
    "pay_in_year": [
        ("1.50::decimal(9, 2)", "1.5"), ("100::decimal(38, 10)", "100"), ("12::smallint", "12"),
        ("100::double", "100"), ("1e-7::double", "0.0000001"), ("-1.25e-7::double", "-0.000000125"),
        ("1.5e20::double", "150000000000000000000"), ("0.1::float", "0.1"),
        ("'nan'::double", "nan"),
        ("123456789.125::double", "123456789.125"), ("-2.5e16::double", "-25000000000000000"),
    ],
    "started_on": [
        ("date '2024-02-29'", "2024-02-29"), ("timestamp '2024-02-29'", "2024-02-29"),
        ("timestamp_ns '2024-02-29'", "2024-02-29"), ("'2024-2-9'", "2024-2-9"),
        ("timestamptz '2024-02-29 00:00:00+00'", "2024-02-29"),
    ],
}  # fmt: skip


def land_values(extracts: Path, table: str, values: dict[str, str], part: str = "") -> str:
    """Land one Parquet row with these SQL values, the rest missing; returns its file's place."""
    (extracts / f"{PATHS_OF[table]}.csv").unlink(missing_ok=True)
    columns = ", ".join(
        f"{values.get(column, 'null::varchar')} as {column}" for column in COLUMNS[table]
    )
    file = f"{PATHS_OF[table]}{part}.parquet"
    (extracts / file).parent.mkdir(exist_ok=True)
    duckdb.sql(f"copy (select {columns}) to '{extracts / file}'")
    return file


PATHS_OF = {table_of(path): path for path in PATHS}


@pytest.mark.parametrize("column", READ)
def test_typed_parquet_is_read_as_the_text_that_csv_would_hold(extracts: Path, column: str) -> None:
    for number, (value, _) in enumerate(READ[column], start=10):
        land_values(extracts, "employments", {column: value}, f"/{number}")
    place = COLUMNS["employments"].index(column) + 2
    read = [row[place] for row in rows_read(extracts, "hmrc.employments")]
    assert read == [text for _, text in READ[column]]


def test_instants_are_read_in_utc_wherever_the_build_runs(extracts: Path) -> None:
    place = COLUMNS["deliveries"].index("received_at") + 2
    for value in ("timestamp '2024-06-01 12:00:00'", "timestamptz '2024-06-01 13:00:00+01'"):
        land_values(extracts, "deliveries", {"received_at": value})
        ((*row,),) = rows_read(extracts, "governance.deliveries")
        assert row[place] == "2024-06-01T12:00:00Z"


@pytest.mark.parametrize("kind", ["null::integer", "null::double", "null::varchar[]", "null::time"])
def test_a_column_without_a_value_may_be_of_any_type(extracts: Path, kind: str) -> None:
    land_values(extracts, "deliveries", {"received_at": kind, "delivery_id": "'D1'"})
    assert rows_read(extracts, "governance.deliveries")[0][2:] == ("D1", *[None] * 6)


TEXTS = "expected text, binary, integer or decimal"
NOT_READ = [
    ("participant_id", f"['{CANARY}']", f"is a list; {TEXTS}"),
    ("participant_id", f"{{'{CANARY}': 1}}", f"is STRUCT; {TEXTS}"),
    ("participant_id", f"map {{'{CANARY}': 1}}", f"is MAP; {TEXTS}"),
    ("participant_id", "uuid()", f"is UUID; {TEXTS}"),
    ("participant_id", "1.0::double", f"is DOUBLE; {TEXTS}"),
    ("participant_id", "time '12:00'", f"is TIME; {TEXTS}"),
    ("participant_id", "true", f"is BOOLEAN; {TEXTS}"),
    ("participant_id", f"""'"{CANARY}"'::json""", f"is JSON; {TEXTS}"),
    ("participant_id", "date '2024-01-01'", f"is DATE; {TEXTS}"),
    ("participant_id", "1.5::decimal(9, 1)", "is DECIMAL(9,1), and not always a whole number"),
    (
        "participant_id",
        f"encode('{CANARY}') || '\\xFF'::blob",
        "is BLOB; a value cannot be read, or is not UTF-8",
    ),
    ("started_on", "20240101", "is INTEGER; expected text, binary, date or timestamp"),
    ("started_on", "timestamp '2024-01-01 00:00:01'", "is TIMESTAMP, and not always at midnight"),
]


@pytest.mark.parametrize(("column", "value", "said"), NOT_READ)
def test_a_parquet_column_that_is_not_read_is_named_with_its_type(
    extracts: Path, column: str, value: str, said: str
) -> None:
    file = land_values(extracts, "employments", {column: value})
    assert faults_of(extracts) == [f"{file}: column {column} {said}"]


def test_floats_for_integers_are_whole(extracts: Path) -> None:
    table = "national_insurance"
    land_values(extracts, table, {"qualifying_weeks": "52.0::double"})
    assert rows_read(extracts, f"hmrc.{table}")[0][-1] == "52"
    file = land_values(extracts, table, {"qualifying_weeks": "52.5::double"})
    assert faults_of(extracts) == [
        f"{file}: column qualifying_weeks is DOUBLE, and not always a whole number"
    ]


def test_decimals_that_duckdb_has_not_are_named_and_never_read_as_another_number(
    extracts: Path,
) -> None:
    columns = {
        column: pa.array(
            [Decimal("12.5")] if column == "pay_in_year" else [None],
            pa.decimal256(39, 2) if column == "pay_in_year" else pa.string(),
        )
        for column in COLUMNS["employments"]
    }
    (extracts / "hmrc/employments.csv").unlink()
    pq.write_table(pa.table(columns), extracts / "hmrc/employments.parquet")
    assert faults_of(extracts) == [
        "hmrc/employments.parquet: column pay_in_year is DECIMAL(39,2); "
        "expected text, binary, integer, decimal or float"
    ]


def test_text_that_claims_to_be_utf_8_and_is_not_is_named(extracts: Path) -> None:
    bad = pa.Array.from_buffers(
        pa.string(), 1, pa.array([CANARY.encode() + b"\xff"], pa.binary()).buffers()
    )
    columns = {column: pa.array([None], pa.string()) for column in COLUMNS["employments"]}
    (extracts / "hmrc/employments.csv").unlink()
    pq.write_table(pa.table({**columns, "tax_year": bad}), extracts / "hmrc/employments.parquet")
    (fault,) = faults_of(extracts)
    assert fault.startswith("hmrc/employments.parquet: column tax_year is VARCHAR; a value cannot")


# --------------------------------------------------------------------------------------------------
# Nothing in a path is data, nor is a file too large
# --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("land", [land_as_one_csv, land_as_several_parquet])
@pytest.mark.parametrize("name", ["study=x/wave=3", "participant_id=X", "delivery_id=D1"])
def test_the_names_of_folders_say_nothing_about_their_rows(
    extracts: Path, land: Callable[[Path, list[list[str]]], None], name: str
) -> None:
    land(extracts, numbered_rows(9))
    there = extracts.parent / name / "landed"
    there.parent.mkdir(parents=True)
    extracts = extracts.rename(there)
    assert [row[1:] for row in rows_read(extracts, "nhs_england.gp_events")] == [
        (number, *(value or None for value in row))
        for number, row in enumerate(numbered_rows(9), start=1)
    ]
    assert {row[2] for row in rows_read(extracts, "surveys.participants")} == {FIVE}


READERS = re.compile(r"(?<!pandas\.)\b(read_csv|read_csv_auto|read_parquet|parquet_scan)\(")
"""DuckDB's, and not those of pandas."""


def test_no_reader_takes_the_name_of_a_folder_for_a_column() -> None:
    places = [
        *(ROOT / "studylink").rglob("*.py"), *(ROOT / "studylink").rglob("*.sql"),
        *(ROOT / "tests").rglob("*.py"), *(ROOT / "tests").rglob("*.sql"),
        *(ROOT / "models").rglob("*.sql"), *(ROOT / "macros").rglob("*.sql"),
        *(ROOT / "analyses").rglob("*.sql"),
    ]  # fmt: skip
    without = [
        (path.relative_to(ROOT).as_posix(), text[call.start() :].splitlines()[0])
        for path in places
        for text in [path.read_text(encoding="utf-8")]
        for call in READERS.finditer(text)
        # the call of which the SQL is only looked at, by a test of what may not be
        if "hive_partitioning" not in text[call.start() : call.start() + 400]
        and "people.csv" not in text[call.start() : call.end() + 12]
    ]
    assert without == []


def test_a_seed_is_read_from_a_folder_of_any_name(tmp_path: Path) -> None:
    # what dbt-duckdb does with a seed: the table's columns are known, and no folder gives one
    folder = tmp_path / "study=x"
    folder.mkdir()
    (folder / "seed.csv").write_text("study,mode\nsend_futures,permission\n")
    with duckdb.connect() as connection:
        connection.execute("create table seed (study text, mode text)")
        connection.execute(
            f"copy seed from '{folder}/seed.csv' (format csv, header true, delimiter ',')"
        )
        assert connection.execute("from seed").fetchall() == [("send_futures", "permission")]


@pytest.mark.parametrize("length", [2_100_000, 70_000_000])
def test_a_value_may_be_of_any_length(extracts: Path, length: int) -> None:
    before = "D1,mother,2024-01-02,22298006,P\n" * 50_000
    value = "x" * length
    (extracts / f"{GP_EVENTS}.csv").write_text(f"{HEADER}\n{before}D1,m,,1,{value}\n{before}")
    rows = rows_read(extracts, "nhs_england.gp_events")
    assert [row[1] for row in rows if row[-1] == value] == [50_001]
    assert len(rows) == 100_001


PART = 8_000_000
"""Bytes of a large file that DuckDB reads in one part, where it may read in parts."""


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["lf", "crlf", "cr"])
@pytest.mark.parametrize("around", ["", "My week:\n"])
def test_line_ends_within_quotes_are_read_at_any_place_of_a_large_file(
    extracts: Path, end: str, around: str
) -> None:
    # as many commas in each of its lines as a row has, and across the place where a part begins
    text = around + "\n".join(["maths, english, art, music, french"] * 1000)
    row = ["D1", "mother", "2024-01-02", "1", "x" * 60]
    before = [row] * ((PART - len(text) // 2) // len(",".join(row) + '""' + end))
    rows = [*before, ["D1", "mother", "2024-01-02", "1", text], *before[:100]]
    lines_landed = [COLUMNS["gp_events"], *([*one[:4], f'"{one[4]}"'] for one in rows)]
    content = "".join(",".join(line) + end for line in lines_landed)
    (extracts / f"{GP_EVENTS}.csv").write_bytes(content.encode())
    assert content.index(around + "maths") < PART < content.index("french" + '"')
    read = rows_read(extracts, "nhs_england.gp_events")
    assert [list(row[1:]) for row in read] == [
        [number, *row] for number, row in enumerate(rows, start=1)
    ]


def test_rows_of_several_files_have_the_same_numbers_in_every_reading(extracts: Path) -> None:
    land_as_several_csv(extracts, numbered_rows(60_000))
    numbered = """
        select list(row_number order by participant_id) as numbers
        from landing.nhs_england.gp_events
        inner join (select 'D' || range as delivery_id from range(7)) using (delivery_id)
    """
    with duckdb.connect() as connection:
        landing.create_views(connection, landing.read_landing(extracts))
        in_order = [
            int(row[1][1:]) + 1 for row in sorted(numbered_rows(60_000), key=lambda r: r[1])
        ]
        for _ in range(5):
            assert connection.execute(numbered).fetchall() == [(in_order,)]


def test_a_folder_may_have_any_name(extracts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # As a pattern, the one name would mean the other folder.
    other = extracts.with_name("landed 2")
    shutil.copytree(extracts, other)
    for folder, count in ((extracts, 9), (other, 5)):
        land_as_several_parquet(folder, numbered_rows(count))
    for name in ("landed [2]", "landed by 'them'", "~ #1 100% of a?b*", "a\\b {c,d} é"):
        # by its name alone, of which a `~` is no home
        monkeypatch.chdir(extracts.absolute().parent)
        extracts = extracts.rename(Path(name))
        numbers = sorted(row[1] for row in rows_read(extracts, "nhs_england.gp_events"))
        assert numbers == list(range(1, 10))
        file = extracts / "hmrc/tax_credits.csv"
        columns = file.read_text()
        file.write_text(columns + "D1,mother,2023/24,child,1.5\n")
        assert len(rows_read(extracts, "hmrc.tax_credits")) == 1
        file.write_text(columns + f"{CANARY}\n")
        assert "hmrc/tax_credits.csv, line 2" in fault_of(extracts)
        file.write_text(columns)


@pytest.mark.long
def test_a_landing_in_parts_makes_the_same_tables_with_the_same_row_numbers(
    built_sample: Path, tmp_path: Path
) -> None:
    sample = ROOT / "extracts" / "sample"
    for file in sample.rglob("*.csv"):
        header, *rows = file.read_text(encoding="utf-8").splitlines(keepends=True)
        folder = tmp_path / "study=x" / file.relative_to(sample).with_suffix("")
        folder.mkdir(parents=True)
        for part in range(3):
            third = rows[len(rows) * part // 3 : len(rows) * (part + 1) // 3]
            (folder / f"part-{part}.CSV").write_text("".join([header, *third]), encoding="utf-8")
    parts = project.built(tmp_path / "study=x", tmp_path / "data", "2026-06-30T00:00:00Z")
    whole, in_parts = (tables_of(data) for data in (built_sample, parts))
    assert [table for table in whole if whole[table] != in_parts[table]] == []
    assert whole.keys() == in_parts.keys()


def tables_of(data: Path) -> dict[str, list[tuple]]:
    """How many rows each table has, and a sum of them all; the checksum of the files aside."""
    with databases.connect(data) as connection:
        tables = connection.execute(
            "select distinct database_name || '.' || schema_name || '.' || table_name "
            "from duckdb_tables() order by all"
        ).fetchall()
        return {
            table: connection.execute(
                "select count(*), sum(hash(rows)) from (select columns(column_name -> "
                f"column_name != 'permissions_checksum') from {table}) as rows"
            ).fetchall()
            for (table,) in tables
        }
