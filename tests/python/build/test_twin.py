"""A twin has what the release has but for the people: code that runs on one runs on the other.

The twin is made of the sample, which is the generator's; the release of a landing of another kind.
"""

from __future__ import annotations

import json
import os
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import duckdb
import pyarrow.parquet
import pyreadstat
import pytest

from studylink import cli, databases
from studylink.pages import codebook
from studylink.release import content, formats, handed, twin
from studylink.release import plan as plans
from studylink.release.content import Released
from studylink.release.formats import description, stata

STUDIES = "five_to_twelve", "send_futures"
DOMAINS = "area", "benefits", "education", "employment_tax", "health"
RELEASED = Released(
    release_id="P001-1",
    project_id="P001",
    title="Title",
    organisation="Organisation",
    access="secure",
    studies=";".join(STUDIES),
    domains=";".join(DOMAINS),
    as_of="2026-06-30T00:00:00Z",
    has_family_ids=False,
    is_invented=False,
    purpose="research",
    citation="Citation",
)


@pytest.fixture(scope="module")
def twin_folder(built_sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("twin")
    with databases.connect_to(built_sample, "study", "research") as connection:
        twin.write(connection, plan(connection), replace(RELEASED, is_invented=True), folder)
    return folder


@pytest.fixture(scope="module")
def release_folder(rules_world: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("release")
    with databases.connect_to(rules_world / "data", "study", "research") as connection:
        connection.execute(f"attach ':memory:' as {content.RELEASE}")
        content.write(connection, plan(connection), RELEASED)
        handed.make(connection, folder)
    return folder


def plan(connection: duckdb.DuckDBPyConnection) -> plans.Plan:
    return plans.default("P001", plans.columns_of_people(connection), STUDIES, DOMAINS)


def shown(database: Path, query: str) -> list[tuple]:
    with duckdb.connect(str(database / formats.DATABASE), read_only=True) as connection:
        return connection.execute(query).fetchall()


@pytest.mark.parametrize(
    "query",
    [
        "select schema_name, table_name, comment from duckdb_tables() order by all",
        "select schema_name, table_name, column_index, column_name, data_type, comment "
        "from duckdb_columns() where not internal order by all",
        "from about.columns order by all",
        "from about.value_labels order by all",
    ],
    ids=["tables", "columns", "descriptions", "labels"],
)
def test_the_database_of_a_twin_is_like_that_of_the_release(
    query: str, twin_folder: Path, release_folder: Path
) -> None:
    found = shown(twin_folder, query)
    assert found == shown(release_folder, query)
    assert len(found) > 20


def test_every_file_of_a_twin_has_the_columns_types_and_labels_of_the_release(
    twin_folder: Path, release_folder: Path
) -> None:
    def listed(folder: Path) -> dict[str, object]:
        return {
            path.relative_to(folder).as_posix(): schema(path)
            for path in folder.rglob("*")
            if path.is_file()
        }

    of_twin = listed(twin_folder)
    assert of_twin == listed(release_folder)
    assert len([one for one in of_twin.values() if one]) > 100


def schema(path: Path) -> object:
    """What a program that reads a file stands on: columns, types, labels and missing codes."""
    match path.suffix:
        case ".parquet":
            read = pyarrow.parquet.read_schema(path)
            columns = {field.name: (str(field.type), field.metadata) for field in read}
            return columns, json.loads(read.metadata[b"columns"])
        case ".dta" | ".sav":
            reader = pyreadstat.read_dta if path.suffix == ".dta" else pyreadstat.read_sav
            found = reader(path, metadataonly=True)[1]
            return (
                found.column_names_to_labels,
                {
                    name: "text" if kind.startswith("str") else kind
                    for name, kind in found.readstat_variable_types.items()
                },
                found.variable_value_labels,
                found.missing_ranges,
            )
        case ".csv":
            return path.read_text(encoding="utf-8").splitlines()[0]
        case ".xml":
            variables = ElementTree.parse(path).getroot().iter("{ddi:codebook:2_5}var")
            return [ElementTree.tostring(variable) for variable in variables]
    if path.name == "csv-metadata.json":
        tables = json.loads(path.read_text(encoding="utf-8"))["tables"]
        return {table["url"]: table["tableSchema"]["columns"] for table in tables}
    return None


def test_every_row_of_a_person_in_a_twin_bears_the_mark(twin_folder: Path) -> None:
    pseudonyms = shown(
        twin_folder,
        "select table_schema, table_name, column_name from about.columns where class = 'pseudonym'",
    )
    assert len(pseudonyms) > 30
    for schema_name, table, column in pseudonyms:
        ((unmarked, some),) = shown(
            twin_folder,
            f"select count(*) filter (not starts_with({column}, 'invented')), count({column}) "
            f"from {schema_name}.{table}",
        )
        assert not unmarked, f"{table}.{column}"
        assert some, f"{table}.{column}"


def test_the_codebook_page_of_a_twin_says_that_it_is_invented(
    twin_folder: Path, release_folder: Path
) -> None:
    said = "invented data."
    assert said in (twin_folder / codebook.FILE).read_text(encoding="utf-8").lower()
    assert said not in (release_folder / codebook.FILE).read_text(encoding="utf-8").lower()


def test_ids_of_a_twin_join_its_tables_as_those_of_the_release_do(
    twin_folder: Path, built_sample: Path
) -> None:
    query = """
        select count(*), count(distinct interviews.research_id)
        from five_to_twelve.parent_interviews as interviews
        inner join five_to_twelve.employments using (research_id)
    """
    with databases.connect_to(built_sample, "research") as connection:
        connection.execute("use research")
        assert shown(twin_folder, query) == connection.execute(query).fetchall()


def test_a_column_that_is_said_never_to_be_missing_has_every_value(twin_folder: Path) -> None:
    columns = shown(
        twin_folder,
        "select table_schema, table_name, column_name from about.columns "
        f"where missing = '{description.NEVER_MISSING}'",
    )
    missing = {
        f"{table}.{column}"
        for schema_name, table, column in columns
        if shown(twin_folder, f'from {schema_name}.{table} where "{column}" is null limit 1')
    }
    assert missing == set()


def test_every_column_of_codes_has_room_for_its_labels_in_stata(twin_folder: Path) -> None:
    columns = shown(
        twin_folder,
        "select column_name from about.columns "
        "where code_list is not null or data_type = 'boolean'",
    )
    assert len(columns) > 50
    assert {name for (name,) in columns if len(name) > stata.LONGEST_NAME} == set()


def test_a_real_key_does_not_reach_an_invented_build(monkeypatch: pytest.MonkeyPatch) -> None:
    """A real key would give invented people whose ids are real the real people's pseudonyms."""
    given = {}

    class Done:
        returncode = 0

    def run(command: list[str], env: dict[str, str], **_: object) -> Done:
        given.update(env, command=" ".join(command))
        return Done()

    monkeypatch.setenv("DBT_ENV_SECRET_PSEUDONYM_KEY", "real")
    monkeypatch.setenv("DBT_ENV_SECRET_VAULT_KEY", "real")
    monkeypatch.setattr(twin.subprocess, "run", run)
    monkeypatch.setattr(twin.synth, "write_extracts", lambda *_: None)
    with twin.invented_build() as build:
        assert build.is_relative_to(given["STUDY_DATA"])
        assert not build.is_relative_to(databases.data_folder())
    assert not [name for name in given if name.startswith("DBT_ENV_SECRET")]
    assert given["STUDY_EXTRACTS"] != os.environ.get("STUDY_EXTRACTS")
    assert not Path(given["STUDY_DATA"]).parent.exists()


def test_a_real_key_does_not_show_in_the_ids_of_a_twin(
    built_sample: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its families can be made again by anybody, who could then guess at a weak key."""
    ids = []
    monkeypatch.setattr(
        handed,
        "make",
        lambda connection, _: ids.append(
            connection.execute("select research_id from release.five_to_twelve.participants")
            .fetchnumpy()["research_id"]
            .tolist()
        ),
    )
    with databases.connect_to(built_sample, "study", "research") as connection:
        some = replace(plan(connection), tables={STUDIES[0]: {"participants": ["research_id"]}})
        for key in ("", "real"):
            monkeypatch.setenv("DBT_ENV_SECRET_PSEUDONYM_KEY", key)
            twin.write(connection, some, replace(RELEASED, is_invented=True), tmp_path)
    without, with_real = ids
    assert without and without == with_real


def test_a_twin_has_the_plan_of_its_project(
    built_sample: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """And says what is left out of it, as the release does."""
    monkeypatch.setenv("STUDY_DATA", str(built_sample))
    monkeypatch.setattr(twin, "invented_build", lambda: nullcontext(built_sample))
    plan_file = tmp_path / "plan.yml"
    plan_file.write_text(
        "project: P001\nyears: [2023, 2024]\n"
        "tables: {five_to_twelve: {child_years: all, gp_events: [event_year]}}\n"
    )
    arguments = ["release", "twin", "--project", "P001", "--plan", str(plan_file)]
    assert cli.main([*arguments, "--to", str(tmp_path)]) == 0, capsys.readouterr().err
    tables = shown(tmp_path / "P001", "select distinct table_name from about.coverage order by all")
    assert tables == [("child_years",), ("gp_events",)]
    assert shown(tmp_path / "P001", "select is_invented, project_id from about.release") == [
        (True, "P001")
    ]
    left_out = set(
        shown(
            tmp_path / "P001",
            "select table_name, column_name, reason from about.left_out "
            "where table_name in ('child_years', 'gp_events', 'tax_credits')",
        )
    )
    assert {
        ("child_years", "parents_pay_dv", "Nothing of employment_tax is released"),
        ("child_years", "academic_year", "Rows that begin before 2023 or after 2024"),
        ("gp_events", "event_year", "Rows that begin before 2023 or after 2024"),
        ("gp_events", "snomed_code", "Not in the plan"),
    } <= left_out
    assert not {"research_id", "percent_absent"} & {
        column for table, column, _ in left_out if table != "tax_credits"
    }
    assert cli.main([*arguments, "--to", str(tmp_path)]) == 1
    assert "is there already" in capsys.readouterr().err


def test_a_twin_that_is_refused_leaves_nothing(
    built_sample: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("STUDY_DATA", str(built_sample))
    monkeypatch.setattr(twin, "invented_build", lambda: nullcontext(built_sample))
    plan_file = tmp_path / "plan.yml"
    plan_file.write_text(
        "project: P001\naccess: safeguarded\ntables: {five_to_twelve: {gp_events: [snomed_code]}}\n"
    )
    arguments = ["release", "twin", "--project", "P001", "--plan", str(plan_file)]
    for _ in range(2):
        assert cli.main([*arguments, "--to", str(tmp_path / "twins")]) == 1
        said = capsys.readouterr().err
        assert "nothing of five_to_twelve that can be summed up" in said
        assert not list((tmp_path / "twins").iterdir())


def test_a_plan_without_its_project_is_refused_before_anything_is_built(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It would be read against each study by itself, and those be made that it happens to fit."""
    monkeypatch.setattr(twin, "invented_build", lambda: pytest.fail("it was built"))
    arguments = ["release", "twin", "--plan", str(tmp_path / "plan.yml")]
    assert cli.main([*arguments, "--to", str(tmp_path / "twins")]) == 1
    assert "give --project" in capsys.readouterr().err


def test_without_a_project_each_study_has_a_twin(
    built_sample: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(twin, "invented_build", lambda: nullcontext(built_sample))
    made = {}
    monkeypatch.setattr(
        handed,
        "make",
        lambda connection, folder: made.update(
            {folder.name: connection.execute("from release.about.release").fetchall()}
        ),
    )
    assert cli.main(["release", "twin", "--to", str(tmp_path)]) == 0
    assert set(made) == set(STUDIES)
    for study, ((*_, studies, domains, _, _, _, _, _),) in made.items():
        assert studies == study
        assert domains == (";".join(DOMAINS) if study == STUDIES[0] else "education")
