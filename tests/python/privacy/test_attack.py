"""The attack report: its numbers are right, its attacks can succeed, and they only improve."""

from __future__ import annotations

import hashlib
import hmac
import io
import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import redirect_stdout
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest

from studylink import cli, databases, landing, synth
from studylink.proofs import attack, contents, guessing, intruder
from studylink.proofs.manifest import Manifest, Node
from studylink.proofs.risks import risks
from tests.python.lib import project
from tests.python.lib.project import ROOT

PUPIL_TABLES = ("pupil_census", "key_stage_2", "absence", "alternative_provision")
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


# contents ---------------------------------------------------------------------------------------


def test_a_sure_guess_takes_the_record_from_others_and_equals_share() -> None:
    found = contents.best_guesses(
        {
            "sure": {"a": 9.0, "b": 1.0, "c": 0.0},
            "second": {"a": 8.0, "b": 7.5, "c": 0.0},
            "equal": {"a": 3.0, "b": 0.5, "c": 0.5},
        }
    )
    assert found == {"sure": {"a"}, "second": {"b"}, "equal": {"c"}}
    unsure = {"first": {"a": 2.0, "b": 1.0}, "second": {"a": 1.5, "b": 1.5}}
    assert contents.best_guesses(unsure) == {"first": {"a"}, "second": {"a", "b"}}


class Answers:
    """The tables of SEND Futures in a build, and an intruder who looks for records in them."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, target: Path, as_of: date):
        self.connection, self.as_of = connection, as_of
        self.manifest = Manifest(target)
        ((_, self.tables),) = contents.studies(self.manifest).items()
        self.rows = contents.shown(connection, self.manifest, self.tables, is_blanked=False)

    def found(
        self, change: Callable[[Node, contents.Row], Mapping] = lambda node, row: {}
    ) -> dict[str, contents.Found]:
        """How many are found by questionnaire, once some of what the rows show is other."""
        rows = [
            (node, [{**row, **change(node, row)} for row in shown]) for node, shown in self.rows
        ]
        return {
            node.alias: contents.look(self.connection, self.manifest, rows, node, self.as_of)
            for node in self.tables
            if contents.LINK in node.columns
        }

    def known(self, columns: str, source: str, *keys: str) -> dict[tuple, dict]:
        """What researchers are not shown, by the pseudonyms in `keys`."""
        cursor = self.connection.execute(
            f"""
            select {columns}
            from {source}
            inner join {self.manifest.named("pseudonyms").relation} using (study, participant_id)
            where study = 'send_futures'
            """
        )
        names = [column[0] for column in cursor.description]
        found = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        return {
            tuple(row[key] for key in keys): {
                name: value for name, value in row.items() if name not in keys
            }
            for row in found
        }


@pytest.fixture(scope="module")
def answers(built_sample: Path) -> Iterator[Answers]:
    with databases.connect(built_sample) as connection:
        landing.create_views(connection, landing.read_landing(attack.SAMPLE))
        yield Answers(connection, built_sample / "target", attack.AS_OF.date())


def are_found(found: contents.Found) -> bool:
    """Whether more of the records are found than by chance."""
    return found["expected_right_guesses"] > 3 * contents.most_right(found)


def are_hidden(found: contents.Found, right: float) -> bool:
    """Whether of the records no more are found than by chance, so many guesses being right."""
    unique, unique_right = found["unique_best_guesses"], found["unique_best_guesses_right"]
    return (
        found["families_tried"] > 0
        and right <= contents.most_right(found)
        and unique_right <= contents.PRECISION * unique
    )


def test_the_records_of_unlinked_answers_are_not_found_by_what_they_say(answers: Answers) -> None:
    """But for who answered in which waves, of which the small sample shows too few of each."""
    for questionnaire, found in answers.found().items():
        assert are_hidden(found, found["right_without_waves"]), questionnaire


@pytest.mark.parametrize("shown", ["completed_year", "completed_month", "age_in_year", "age_band"])
def test_records_are_found_once_what_is_withheld_is_shown(shown: str, answers: Answers) -> None:
    """So nothing is withheld for nothing, and no clue is lost on the intruder."""
    columns = """
        research_id, wave, year(completed_on) as completed_year,
        strftime(completed_on, '%Y-%m') as completed_month
    """
    days = {
        node.alias: answers.known(
            columns,
            answers.manifest.named(f"stg_surveys__{node.alias}").relation,
            "research_id",
            "wave",
        )
        for node in answers.tables
        if contents.LINK in node.columns
    }
    births = answers.known(
        """
        research_id, year(month_of_birth) as year,
        (date_diff('month', month_of_birth, date '2026-06-01')) // 12 as age
        """,
        answers.manifest.named("int_participants").relation,
        "research_id",
    )

    def put_back(node: Node, row: contents.Row) -> dict:
        person = (row["research_id"],)
        if shown == "age_band" and row.get("role") == "child":
            return {"age_band": f"{births[person]['age']} to under {births[person]['age'] + 1}"}
        if row.get(contents.LINK, "") is not None:
            return {}
        day = days[node.alias][*person, row["wave"]]
        if shown != "age_in_year":
            return {shown: day[shown]} if shown in day else {}
        year = day["completed_year"]
        if node.alias != "child_survey" or year is None:
            return {}
        return {"completed_year": year, "age_in_year": year - births[person]["year"]}

    assert any(map(are_found, answers.found(put_back).values()))


@pytest.mark.parametrize("shown", ["child_send_need", "child_has_ehcp"])
def test_need_and_plan_are_compared_with_the_census(shown: str, answers: Answers) -> None:
    """Of invented parents they say nothing; of parents who answer as the school does, a lot."""
    labels = contents.AREAS_OF_NEED["child_send_need"]
    words = {
        labels[code]: label
        for code, label in answers.connection.execute(
            f"""
            select code, label from {answers.manifest.named("code_lists", "seed").relation}
            where code_list = 'child_send_need'
            """
        ).fetchall()
        if code in labels
    }
    census = {
        family: (need, plan)
        for family, need, plan in answers.connection.execute(
            f"""
            select parents.family_research_id, primary_sen_type, sen_provision
            from {answers.manifest.named("pseudonyms").relation} as parents
            inner join {answers.manifest.named("pseudonyms").relation} as children
                using (study, family_id)
            inner join {answers.manifest.named("int_pupil_census_deidentified").relation} as census
                on children.record_research_id = census.research_id
            where study = 'send_futures' and sen_provision is not null
            order by all
            """
        ).fetchall()
    }
    areas = contents.labels(answers.connection, answers.manifest)

    def as_the_school(node: Node, row: contents.Row) -> dict:
        if node.alias != "parent_survey" or row[contents.FAMILY] not in census:
            return {}
        need, plan = census[row[contents.FAMILY]]
        return {
            "child_send_need": {"child_send_need": words.get(areas["primary_sen_type"].get(need))},
            "child_has_ehcp": {"child_has_ehcp": areas["sen_provision"][plan] == 1},
        }[shown]

    said, same = answers.found(), answers.found(as_the_school)
    assert (
        same["parent_survey"]["expected_right_guesses"]
        > said["parent_survey"]["expected_right_guesses"] + 2
    )


def test_participants_of_send_futures_show_nothing_of_linkage(built_sample: Path) -> None:
    shown = project.research_columns(built_sample)["send_futures", "participants"]
    assert shown == {"research_id", "family_research_id", "role", "age_band"}


@pytest.fixture(scope="module")
def five_thousand_families(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A landing of 5,000 families of whom only those of SEND Futures are kept."""
    folder = tmp_path_factory.mktemp("families") / "extracts"
    synth.write_extracts(5000, 7, folder)
    for file in folder.rglob("*.csv"):
        if file.parent.name in ("nhs_england", "hmrc", "dwp", "five_to_twelve"):
            with file.open(encoding="utf-8") as lines:
                header = lines.readline()
            file.write_text(header, encoding="utf-8")
    return folder


@pytest.mark.long
@pytest.mark.parametrize("as_of", ["2025-03-31", "2025-09-30", "2026-06-30"])
def test_five_thousand_families_hide_each_others_records(
    as_of: str, five_thousand_families: Path, tmp_path: Path
) -> None:
    """The waves included: the more families, the more there are of every set of waves."""
    tables = [
        f"send_futures__{table}"
        for table in ("participants", "parent_survey", "child_survey", *PUPIL_TABLES)
    ]
    built = project.built_as_far_as(five_thousand_families, tmp_path, f"{as_of}T00:00:00Z", *tables)
    with databases.connect(built) as connection:
        landing.create_views(connection, landing.read_landing(five_thousand_families))
        found = contents.attack(
            connection, Manifest(tmp_path / "target"), date.fromisoformat(as_of)
        )
    assert len(found) == 4
    for place, figures in found.items():
        assert figures["families_tried"] > 100
        assert are_hidden(figures, figures["expected_right_guesses"]), place


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
def test_a_worse_number_is_reported_and_never_written(
    place: str, measure: str, number: float, baseline: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = baseline.read_text(encoding="utf-8")
    worse = changed(KEPT, place, measure, number)
    assert [attack.compare(worse, accept=accept) for accept in (False, True)] == [1, 1]
    assert measure.replace("_", " ") in capsys.readouterr().out
    assert baseline.read_text(encoding="utf-8") == kept


def test_a_number_that_is_no_longer_reported_is_worse(baseline: Path) -> None:
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
def test_a_build_is_of_its_moment_or_its_start(
    variables: dict[str, str], moment: datetime, tmp_path: Path
) -> None:
    write_run(variables, tmp_path)
    assert attack.built_as_of(tmp_path) == moment
