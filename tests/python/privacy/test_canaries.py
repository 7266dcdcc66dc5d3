"""Canaries: identifiers that were never issued, landed everywhere, and found nowhere.

Neither the tests' output nor that of the search shows a canary: kinds of column, forms and files.
"""

from __future__ import annotations

import csv
import io
import re
import signal
import subprocess
from base64 import b64encode
from collections.abc import Callable
from contextlib import redirect_stdout
from functools import partial
from hashlib import md5, sha1, sha256
from pathlib import Path

import duckdb
import pytest
from stdnum.gb import nhs

from studylink import cli, databases, synth
from studylink.contract import landed_tables
from studylink.release import content, handed
from tests.python.lib import project
from tests.python.lib.releases import of_everything
from tests.python.privacy import canaries, identifiers
from tests.python.privacy.canaries import Canaries, Canary

AS_OF = "2026-06-30T00:00:00Z"
NAME = Canary("Xqbadefigo", "last name", "direct")
POSTCODE = Canary("XA10 7QB", "postcode", "direct")
NHS_NUMBER = Canary("9990000018", "participant", "key")
BORN = Canary("1911-05-17", "date of birth", "direct")
ADDRESS = Canary("12 Xqbadefigo Street", "address", "direct")


# --------------------------------------------------------------------------------------------------
# Every form is found
# --------------------------------------------------------------------------------------------------


def digest_of(function: Callable, text: str) -> bytes:
    return function(text.encode()).hexdigest().encode()


WRITTEN = [
    (NAME, b"Xqbadefigo", "plain"),
    (NAME, b"XQBADEFIGO", "plain"),
    (NAME, b"xqbadefigo", "plain"),
    (NAME, b"ogifedabqX", "reversed"),
    (NAME, "Xqbadefigo".encode("utf-16-le"), "plain, UTF-16"),
    (NAME, "XQBADEFIGO".encode("utf-16-be"), "plain, UTF-16"),
    (NAME, b"5871626164656669676f", "hexadecimal"),
    (NAME, b"XQBADEFIGO".hex().upper().encode(), "hexadecimal"),
    (NAME, b64encode(b"Xqbadefigo"), "base64"),
    (NAME, b64encode(b"1Xqbadefigo1"), "base64"),
    (NAME, b64encode(b"22xqbadefigo22"), "base64"),
    (NAME, digest_of(md5, "Xqbadefigo"), "md5"),
    (NAME, digest_of(sha1, "xqbadefigo"), "sha1"),
    (NAME, digest_of(sha256, "XQBADEFIGO").upper(), "sha256"),
    (NAME, digest_of(sha256, "Xqbadefigo")[:32], "sha256"),
    (POSTCODE, b"xa107qb", "without spaces"),
    (POSTCODE, b"BQ701AX", "reversed"),
    (POSTCODE, digest_of(sha256, "XA107QB"), "sha256"),
    (ADDRESS, b"12xqbadefigostreet", "without spaces"),
    (ADDRESS, b"12 XQBADEFIGO STREET", "plain"),
    (ADDRESS, b"teerts ogifedabqx 21", "reversed"),
    (NHS_NUMBER, b"999 000 0018", "in groups"),
    (NHS_NUMBER, b"999-000-0018", "in groups"),
    (NHS_NUMBER, b"9.990000018e9, 9990000018.0", "plain"),
    (BORN, b"1911-05-17 00:00:00", "plain"),
    (BORN, b"17/05/1911", "date"),
    (BORN, b"born 19110517.", "date"),
    (BORN, b"17 MAY 1911", "date"),
    (BORN, b"May 17, 1911", "date"),
    (BORN, b"-1850169600", "date"),
]


@pytest.mark.parametrize(
    ("canary", "content", "form"),
    WRITTEN,
    ids=[f"{canary.kind}, {form}" for canary, _, form in WRITTEN],
)
def test_each_form_of_a_canary_is_found(
    canary: Canary, content: bytes, form: str, tmp_path: Path
) -> None:
    place = tmp_path / "logs"
    place.mkdir()
    (place / "dbt.log").write_bytes(b"\x00\xff" * 20 + content + bytes(100) + b"something else")
    assert Canaries([canary]).found_in(place) == [f"logs/dbt.log: {canary.kind}, {form} (1)"]


STORED = [
    (NAME, "select 'Mx Xqbadefigo' as leak from range(10000)", "plain"),
    (NAME, "select {'of': ['Xqbadefigo']} as leak", "plain"),
    (NAME, "select hash('xqbadefigo') as leak", "hash"),
    (NAME, "select sha256('Xqbadefigo') as leak", "sha256"),
    (NHS_NUMBER, "select 9990000018 as leak", "plain"),
    (BORN, "select date '1911-05-17' as leak", "plain"),
    (BORN, "select date '1911-05-17' - date '1970-01-01' as leak", "date"),
    (BORN, "select epoch(date '1911-05-17')::bigint as leak", "date"),
    (BORN, "select strftime(date '1911-05-17', '%Y%m%d') as leak", "date"),
]


@pytest.mark.parametrize(
    ("canary", "query", "form"),
    STORED,
    ids=[f"{canary.kind}, {form}" for canary, _, form in STORED],
)
def test_a_canary_in_a_table_is_found_however_it_is_stored(
    canary: Canary, query: str, form: str, tmp_path: Path
) -> None:
    with duckdb.connect(str(tmp_path / "research.duckdb")) as connection:
        connection.execute(f"create table found as {query}")
    found = Canaries([canary]).found_in(tmp_path / "research.duckdb")
    assert f"research.duckdb, main.found.leak: {canary.kind}, {form} (1)" in found


@pytest.mark.parametrize(
    "number", [b"0.9990000018", b"0.00139990000018", b"99900000181", b"0.19110517"]
)
def test_digits_of_another_number_are_not_a_canary(number: bytes, tmp_path: Path) -> None:
    file = tmp_path / "run_results.json"
    file.write_bytes(b'{"execution_time": ' + number + b"}")
    assert Canaries([NHS_NUMBER, BORN]).found_in(file) == []


def test_a_canary_in_the_footer_of_a_parquet_file_is_found(tmp_path: Path) -> None:
    file = tmp_path / "absence.parquet"
    duckdb.sql(f"copy (select 1 as one) to '{file}' (kv_metadata {{of: 'Xqbadefigo'}})")
    assert Canaries([NAME]).found_in(file) == ["absence.parquet: last name, plain (1)"]


def test_the_study_database_may_hold_ids_and_no_name(tmp_path: Path) -> None:
    for name in ("study.duckdb", "study.duckdb.wal", "study.txt"):
        (tmp_path / name).write_bytes(b"9990000018, Xqbadefigo")
    place = tmp_path.name
    (tmp_path / "study.duckdb").unlink()
    assert Canaries([NAME, NHS_NUMBER]).found_in(tmp_path) == [
        f"{place}/study.duckdb.wal: last name, plain (1)",
        f"{place}/study.txt: last name, plain (1)",
        f"{place}/study.txt: participant, plain (1)",
    ]


# --------------------------------------------------------------------------------------------------
# Never issued, and planted everywhere
# --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Canaries]:
    """A synthetic landing in which everything that identifies is a canary."""
    folder = tmp_path_factory.mktemp("planted")
    synth.write_extracts(synth.FEWEST, 7, folder / "extracts")
    return folder / "planted", canaries.plant(folder / "extracts", folder / "planted")


def test_the_numbers_have_their_check_digits_and_were_never_issued() -> None:
    numbers = range(1, 3000)
    for number in numbers:
        nhs.validate(canaries.nhs_number(number))
        upn = canaries.pupil_number(number)
        weighed = sum(int(d) * w for d, w in zip(upn[1:], range(2, 14), strict=True))
        assert upn[0] == "ABCDEFGHJKLMNPQRTUVWXYZ"[weighed % 23]
    for make, shape in (
        (canaries.nhs_number, r"999\d{7}"),
        (canaries.pupil_number, r"[A-Z]0\d{11}"),
        (canaries.national_insurance_number, r"QQ\d{6}[A-D]"),
        (canaries.postcode, r"X[A-Z]\d\d \d[A-Z]{2}"),
        (canaries.word, r"Xq[a-z]{8}"),
    ):
        made = {make(number) for number in numbers}
        assert len(made) == len(numbers), make.__name__
        assert all(re.fullmatch(shape, one) for one in made), make.__name__
    assert all(re.fullmatch(r"07700 900\d{3}", canaries.phone(number)) for number in numbers)


def test_a_canary_is_in_every_column_that_is_landed(planted: tuple[Path, Canaries]) -> None:
    extracts, found = planted
    values = {canary.value for canary in found.canaries}
    without, identifying = set(), set()
    for place in identifiers.read(extracts):
        for column in place.table.columns:
            landed = [row[column] for row in place.rows if row[column]]
            where = (place.source_table, column)
            if not values.intersection(landed):
                without.add(where)
            if column in place.identifying() and not values.issuperset(landed):
                identifying.add(where)
    assert {column for _, column in without} == {"sex", "gender"}
    # by the day of birth of a child decisions are taken
    assert {column for _, column in identifying - without} == {"date_of_birth", "new_value"}
    tables = {table.name for table in landed_tables()}
    assert {path.stem for path in extracts.rglob("*.csv")} == tables


def test_what_was_equal_is_planted_alike(planted: tuple[Path, Canaries]) -> None:
    extracts, _ = planted
    original = extracts.parent / "extracts"
    planted_for: dict[tuple[str, str], set[str]] = {}
    for place, there in zip(identifiers.read(original), identifiers.read(extracts), strict=True):
        for row, planted_row in zip(place.rows, there.rows, strict=False):
            for column, kind in place.identifying().items():
                if row[column] and column != "new_value":
                    planted_for.setdefault((kind, row[column]), set()).add(planted_row[column])
    assert {len(values) for values in planted_for.values()} == {1}


# --------------------------------------------------------------------------------------------------
# Nowhere after a build
# --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def built(planted: tuple[Path, Canaries], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All that a build, its documentation and its readers leave, in one folder."""
    extracts, _ = planted
    data = tmp_path_factory.mktemp("built")
    for name, run in (
        ("build", project.build),
        ("docs", partial(project.dbt, "docs generate --static")),
    ):
        done = run(extracts, data, AS_OF)
        assert done.returncode == 0, f"dbt {name} failed"
        (data / f"{name}.out").write_text(done.stdout + done.stderr, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(io.StringIO()) as said:
        patch.setenv("STUDY_DATA", str(data))
        assert cli.main(["summary"]) == 0
    (data / "summary.out").write_text(said.getvalue(), encoding="utf-8")
    with duckdb.connect(str(data / "research.duckdb"), read_only=True) as research:
        for schema, table in project.research_columns(data):
            research.execute(
                f"copy {schema}.{table} to '{data / f'{schema}.{table}.parquet'}' "
                "(compression uncompressed)"
            )
    release_of_all(data)
    return data


def release_of_all(data: Path) -> None:
    """A release of everything that there is, in every format, as a project would receive it."""
    with databases.connect(data) as connection:
        connection.execute(f"attach ':memory:' as {content.RELEASE}")
        content.write(connection, *of_everything(connection, "R"))
        (data / "release").mkdir()
        handed.make(connection, data / "release")


def test_no_canary_is_anywhere_after_a_build(planted: tuple[Path, Canaries], built: Path) -> None:
    _, found = planted
    assert found.found_in(built) == []
    files = {file.name for file in built.rglob("*") if file.is_file()}
    assert files >= {
        *("research.duckdb", "study.duckdb", "vault.duckdb", "dbt.log", "manifest.json"),
        *("run_results.json", "catalog.json", "index.html", "summary.out", "build.out"),
        *("send_futures.absence.parquet", "five_to_twelve.hospital_episodes.parquet"),
        *("release.duckdb", "codebook.html"),
    }


def test_canaries_are_of_people_in_and_of_people_out(built: Path) -> None:
    reasons = project.study_rows(built, "select distinct reason from governance.linkage_decisions")
    assert {reason for (reason,) in reasons} >= {
        *("permitted", "refused", "stopped", "deletion_requested", "not_given", "lapsed"),
        *("pilot", "objected", "restricted", "unreadable"),
    }
    # Of the erased the landed files hold something still; some rows are in quarantine.
    for table in ("to_purge", "quarantined_records"):
        assert project.study_rows(built, f"from governance.{table} limit 1"), table
    empty = {
        (schema, table)
        for schema, table in project.research_columns(built)
        if not project.research_rows(built, f"select 1 from {schema}.{table} limit 1")
    }
    # of so few children none has sat the tests of eleven-year-olds
    assert empty <= {("five_to_twelve", "key_stage_2")}


# --------------------------------------------------------------------------------------------------
# Nor after one that fails
# --------------------------------------------------------------------------------------------------


def left_by(done: subprocess.CompletedProcess[str], data: Path) -> Path:
    """The folder of a build with what it said."""
    (data / "build.out").write_text(done.stdout + done.stderr, encoding="utf-8")
    return data


def copied_landing(extracts: Path, folder: Path) -> Path:
    """The same landing in a folder of its own, for a test to spoil."""
    identifiers.write(identifiers.read(extracts), folder)
    return folder


def test_a_file_that_cannot_be_read_is_reported_without_a_word_of_it(
    planted: tuple[Path, Canaries], tmp_path: Path
) -> None:
    extracts, found = planted
    spoilt = copied_landing(extracts, tmp_path / "extracts")
    participants = spoilt / "surveys" / "five_to_twelve" / "participants.csv"
    lines = participants.read_bytes().splitlines(keepends=True)
    # a value too many, and bytes that are no UTF-8, on lines full of canaries
    lines[20] = lines[20].rstrip() + b",more\n"
    lines[40] = b"\xff" + lines[40]
    participants.write_bytes(b"".join(lines))
    pupils = spoilt / "dfe" / "pupils.csv"
    with pupils.open(encoding="utf-8", newline="") as file:
        without_upn = [[*row[:1], *row[2:]] for row in csv.reader(file)]
    with pupils.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(without_upn)

    done = project.build(spoilt, tmp_path / "data", AS_OF)
    assert done.returncode != 0
    assert "3 fault(s) in the landed extracts" in done.stdout
    assert found.found_in(left_by(done, tmp_path / "data")) == []


def broken_project(folder: Path, model: str) -> Path:
    """A copy of the project with a red test half-way, and a model beside what is tested."""
    copy = project.copied(folder)
    (copy / "models" / "vault" / "breaking.sql").write_text(model, encoding="utf-8")
    (copy / "tests" / "red.sql").write_text(
        "{{ config(group='identities') }} select * from {{ ref('identities') }}", encoding="utf-8"
    )
    return copy


def test_a_build_with_a_broken_model_and_a_red_test_leaves_no_canary(
    planted: tuple[Path, Canaries], tmp_path: Path
) -> None:
    extracts, found = planted
    copy = broken_project(
        tmp_path / "project",
        "select error('broken') as broken from {{ ref('identities_corrected') }}",
    )
    as_far_as_it_gets = ("--select", "+breaking", "+red")
    done = project.build(extracts, tmp_path / "data", AS_OF, *as_far_as_it_gets, root=copy)
    assert done.returncode != 0
    assert re.search("FAIL [0-9]+ red", done.stdout)
    assert "Runtime Error in model breaking" in done.stdout
    assert (tmp_path / "data" / "building" / "research.duckdb").exists()
    assert found.found_in(left_by(done, tmp_path / "data")) == []


@pytest.mark.long
def test_a_killed_build_leaves_no_canary(planted: tuple[Path, Canaries], tmp_path: Path) -> None:
    extracts, found = planted
    data = tmp_path / "data"
    with project.start("build", extracts, data, AS_OF) as killed:
        said = []
        for line in killed.stdout:
            said.append(line)
            if "OK created" in line and "five_to_twelve" in line:
                break
        killed.kill()
    assert killed.returncode == -signal.SIGKILL
    (data / "build.out").write_text("".join(said), encoding="utf-8")
    assert (data / "building" / "study.duckdb").exists()
    assert found.found_in(data) == []


@pytest.mark.long
def test_a_model_whose_error_quotes_a_value_is_reported(
    planted: tuple[Path, Canaries], tmp_path: Path
) -> None:
    extracts, found = planted
    copy = broken_project(
        tmp_path / "project",
        "select cast(last_name as integer) from {{ ref('identities_corrected') }}",
    )
    done = project.build(extracts, tmp_path / "data", AS_OF, root=copy)
    assert done.returncode != 0
    shown = found.found_in(left_by(done, tmp_path / "data"))
    assert {line.split(": last name")[0] for line in shown} == {
        *("data/build.out", "data/logs/dbt.log", "data/target/run_results.json"),
    }
