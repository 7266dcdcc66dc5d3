"""The attack report: its numbers are right, its attacks can succeed, and they only improve."""

from __future__ import annotations

import hashlib
import hmac
import io
import json
import re
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import project
import pytest
from project import ROOT

from studylink import cli, databases, landing
from studylink.proofs import attack, guessing, intruder
from studylink.proofs.manifest import Manifest
from studylink.proofs.risks import risks

KEPT: attack.Report = {
    "risks": {"study.table": {"marketer_risk": 0.25}},
    "intruder": {"study, people": {"people_found": 3, "smallest_candidate_set": 2}},
}


@pytest.fixture
def memory() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection


@pytest.fixture
def baseline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A baseline of its own, which holds `KEPT`."""
    file = tmp_path / "baseline.yml"
    monkeypatch.setattr(attack, "BASELINE", file)
    attack.compare(KEPT, accept=True)
    return file


@pytest.fixture(scope="module")
def sample_attacked(built_sample: Path) -> tuple[int, str]:
    """The exit code of `studylink attack` on the sample, and what it said."""
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(io.StringIO()) as said:
        patch.setenv("STUDY_DATA", str(built_sample))
        patch.setenv("DBT_TARGET_PATH", str(built_sample / "target"))
        patch.delenv("STUDY_EXTRACTS", raising=False)
        return cli.main(["attack"]), said.getvalue()


def changed(report: attack.Report, place: str, measure: str, number: float) -> attack.Report:
    """The report with one number changed."""
    return {
        section: {
            name: {**figures, measure: number} if name == place else figures
            for name, figures in places.items()
        }
        for section, places in report.items()
    }


def write_run(variables: dict[str, str], target: Path) -> None:
    """What dbt leaves of a run with these vars."""
    results = {
        "args": {"vars": variables},
        "metadata": {"invocation_started_at": "2026-07-01T12:00:00Z"},
    }
    (target / "run_results.json").write_text(json.dumps(results), encoding="utf-8")


# risks ------------------------------------------------------------------------------------------


def test_risks_are_those_computed_by_hand(memory: duckdb.DuckDBPyConnection) -> None:
    memory.execute(
        """
        create table answers as
        from (values
            ('a', 'north', 1), ('a', 'north', 1), ('b', 'north', 1), ('c', 'north', 1),
            ('d', 'north', null), ('e', 'north', null), ('a', 'south', 1), ('b', 'south', 1),
            ('f', 'east', 1)
        ) as answers(research_id, region, age)
        """
    )
    # people in each class, of whom a and b are in two:
    # north 1: 3 people, north null: 2, south 1: 2, east 1: 1
    assert risks(memory, "answers", ["region", "age"], min_class_size=3) == pytest.approx(
        {
            "highest_prosecutor_risk": 1,
            "mean_prosecutor_risk": (1 / 2 + 1 / 2 + 1 / 3 + 1 / 2 + 1 / 2 + 1) / 6,
            "people_at_risk": 5 / 6,
            "marketer_risk": 4 / 8,
        }
    )


def test_nobody_is_at_risk_in_a_table_without_rows(memory: duckdb.DuckDBPyConnection) -> None:
    memory.execute("create table answers (research_id varchar, region varchar)")
    assert set(risks(memory, "answers", ["region"], min_class_size=10).values()) == {0}


# guessing ---------------------------------------------------------------------------------------


def keyed(message: str, key: str = databases.DEVELOPMENT_KEY) -> str:
    return hmac.new(key.encode(), message.encode(), "sha256").hexdigest()


UNKEYED: dict[str, Callable[[], str]] = {
    "md5": lambda: hashlib.md5(b"Ab-1").hexdigest(),
    "sha-1 in capitals": lambda: hashlib.sha1(b"Ab-1").hexdigest().upper(),
    "sha-256 of small letters": lambda: hashlib.sha256(b"ab-1").hexdigest(),
    "cut at the front": lambda: hashlib.sha256(b"AB-1").hexdigest()[32:],
    "salted with the study": lambda: hashlib.md5(b"study:Ab-1").hexdigest(),
    "salted behind": lambda: hashlib.sha1(b"Ab-1|person").hexdigest()[:32],
    "the project's own message": lambda: hashlib.sha256(b"study/person/Ab-1").hexdigest()[:32],
    "the empty key": lambda: keyed("study/person/Ab-1", key="")[:32],
    "another identifier": lambda: hashlib.md5(b"WHITE").hexdigest(),
}


@pytest.mark.parametrize("how", UNKEYED)
def test_a_hash_without_a_key_is_guessed(
    how: str, memory: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DBT_ENV_SECRET_PSEUDONYM_KEY", raising=False)
    found = guessing.guesses(
        memory,
        f"select unnest(['{keyed('study/person/Ab-1')[:32]}', '{UNKEYED[how]()}']) as pseudonym",
        "select 'study' as study, 'person' as kind, 'Ab-1' as id",
        "select 'White' as value",
    )
    assert found["pseudonyms_guessed"] == 1
    assert found["recomputed_with_the_key"] == 0.5


# the intruder -----------------------------------------------------------------------------------


YEARS = {"age_in_year", "interview_year", "event_year", "admission_year", "prescribed_year"}
AREA = {"area_id", "wider_area_id", "region", "imd_decile", "rural_urban", "no2_band"}
SCHOOL = {"school_id", "academic_year", "school_phase", "school_size_band", "school_ofsted_rating"}
BLANK_BUT = {
    # what is shown beside the ids, and how many times better it is than guessing, at least
    "year of birth": (YEARS, 1.5),
    "age band": ({"age_band"}, 2.5),
    "school year": ({"academic_year", "national_curriculum_year"}, 1.1),
    "role": ({"role"}, 2),
    "sex": ({"role", "child_gender", "family_research_id"}, 8),
    "area": (AREA, 4),
    "school": (SCHOOL, 1.02),
    "family": (YEARS | {"family_research_id"}, 3),
}


@pytest.fixture
def blinded(
    built_sample: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[set[str]], intruder.Found]:
    """How an intruder who knows fewer people fares where all but some columns are blank."""
    monkeypatch.setattr(intruder, "PEOPLE_KNOWN", 200)

    def attack_shown(shown: set[str]) -> intruder.Found:
        with databases.connect(built_sample) as connection:
            landing.create_views(connection, landing.read_landing(attack.SAMPLE))
            file = databases.path(built_sample, "research")
            connection.execute("detach research; attach ':memory:' as research")
            connection.execute(f"attach '{file}' as published (read_only)")
            for (schema, table), columns in project.research_columns(built_sample).items():
                blank = ", ".join(
                    f"if(false, {column}, null) as {column}"
                    for column in sorted(columns - shown - {"research_id"})
                )
                connection.execute(
                    f"create schema if not exists research.{schema}; "
                    f"create view research.{schema}.{table} as "
                    f"select * replace ({blank}) from published.{schema}.{table}"
                )
            manifest = Manifest(built_sample / "target")
            found = intruder.attack(connection, manifest, attack.AS_OF.date())
        return found["five_to_twelve, people"]

    return attack_shown


@pytest.fixture(scope="module")
def people(built_sample: Path) -> int:
    """How many people of five_to_twelve an intruder can choose from."""
    query = "select count(*) from five_to_twelve.participants"
    return project.research_rows(built_sample, query)[0][0]


def test_an_intruder_left_with_blanks_can_only_guess(
    blinded: Callable[[set[str]], intruder.Found], people: int
) -> None:
    found = blinded(set())
    assert found["people_found"] == 0
    assert found["smallest_candidate_set"] == people
    assert found["expected_right_guesses"] == pytest.approx(found["people_looked_for"] / people)


@pytest.mark.parametrize("clue", BLANK_BUT)
def test_an_intruder_makes_use_of_every_clue(
    clue: str, blinded: Callable[[set[str]], intruder.Found], people: int
) -> None:
    shown, at_least = BLANK_BUT[clue]
    found = blinded(shown)
    times = found["expected_right_guesses"] / (found["people_looked_for"] / people)
    assert times > at_least


# the baseline -----------------------------------------------------------------------------------


def test_the_sample_gives_the_numbers_of_the_baseline(sample_attacked: tuple[int, str]) -> None:
    """Better ones too must be accepted: a blunter attack would seem to be an improvement."""
    exit_code, said = sample_attacked
    assert exit_code == 0, said
    assert "--accept" not in said, said


def test_the_report_shows_no_value_of_anybody(
    sample_attacked: tuple[int, str], built_sample: Path
) -> None:
    words = set(re.findall(r"\w+", sample_attacked[1]))
    ids = {
        value
        for query in (
            "select columns(* exclude study) from vault.pseudonyms",
            "select code, research_id from vault.place_pseudonyms",
            "select first_name, last_name from vault.identities",
        )
        for row in project.vault_rows(built_sample, query)
        for value in row
    }
    assert len(ids) > 1000
    assert not ids & words


@pytest.mark.parametrize(
    ("place", "measure", "number"),
    [
        ("study.table", "marketer_risk", 0.3),
        ("study, people", "people_found", 4),
        ("study, people", "smallest_candidate_set", 1),
    ],
)
def test_a_worse_number_is_told_and_never_written(
    place: str, measure: str, number: float, baseline: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = baseline.read_text(encoding="utf-8")
    worse = changed(KEPT, place, measure, number)
    assert [attack.compare(worse, accept=accept) for accept in (False, True)] == [1, 1]
    assert measure.replace("_", " ") in capsys.readouterr().out
    assert baseline.read_text(encoding="utf-8") == kept


def test_a_number_that_is_no_longer_told_is_worse(baseline: Path) -> None:
    assert attack.compare({"risks": KEPT["risks"]}, accept=True) == 1
    assert attack.read_baseline() == KEPT


@pytest.mark.parametrize(
    ("place", "measure", "number"),
    [("study.table", "marketer_risk", 0.2), ("study, people", "smallest_candidate_set", 3)],
)
def test_an_improvement_is_kept_once_accepted(
    place: str, measure: str, number: float, baseline: Path
) -> None:
    better = changed(KEPT, place, measure, number)
    assert attack.compare(better, accept=False) == 0
    assert attack.read_baseline() == KEPT
    assert attack.compare(better, accept=True) == 0
    assert attack.read_baseline() == better
    assert attack.compare(KEPT, accept=False) == 1


def test_a_new_number_has_to_be_accepted(baseline: Path) -> None:
    more = {**KEPT, "guessing": {"all pseudonyms": {"pseudonyms_guessed": 0}}}
    assert attack.compare(more, accept=False) == 1
    assert attack.compare(more, accept=True) == 0
    assert attack.compare(more, accept=False) == 0


@pytest.mark.parametrize(
    ("extracts", "as_of"),
    [(ROOT / "extracts", "2026-06-30T00:00:00Z"), (attack.SAMPLE, "2026-07-30T00:00:00Z")],
)
def test_another_build_is_not_compared(
    extracts: Path, as_of: str, baseline: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_run({"as_of": as_of}, tmp_path)
    monkeypatch.setenv("DBT_TARGET_PATH", str(tmp_path))
    monkeypatch.setenv("STUDY_EXTRACTS", str(extracts))
    monkeypatch.setattr(attack, "attacked", lambda *_: {})
    assert cli.main(["attack"]) == 0
    assert cli.main(["attack", "--accept"]) == 1
    assert attack.read_baseline() == KEPT


@pytest.mark.parametrize(
    ("variables", "moment"),
    [
        ({"as_of": "2026-06-30T00:00:00Z"}, attack.AS_OF),
        ({"as_of": "2026-06-30 00:00:00"}, attack.AS_OF),
        ({}, datetime(2026, 7, 1, 12, tzinfo=UTC)),
    ],
)
def test_a_build_speaks_for_its_moment_or_its_start(
    variables: dict[str, str], moment: datetime, tmp_path: Path
) -> None:
    write_run(variables, tmp_path)
    assert attack.built_as_of(tmp_path) == moment
