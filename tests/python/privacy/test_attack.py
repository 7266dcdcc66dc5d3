"""What intruders find stays within limits, and what they find is right, for they could succeed."""

from __future__ import annotations

import hashlib
import hmac
import io
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import redirect_stderr, redirect_stdout
from datetime import date
from pathlib import Path

import duckdb
import pytest

from studylink import cli, databases, landing, published, synth
from studylink.attack import command as attack
from studylink.attack import contents, guessing, intruders
from studylink.attack.figures import Ceiling
from studylink.manifest import Manifest, Node
from tests.python.lib import project
from tests.python.lib.oracle import PUPIL_TABLES


@pytest.fixture
def memory() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection


def attacked(data: Path, *arguments: str, to: Callable = redirect_stdout) -> tuple[int, str]:
    """The exit code of `studylink attack` on a build of the sample, and what it said there."""
    with pytest.MonkeyPatch.context() as patch, to(io.StringIO()) as said:
        patch.setenv("STUDY_DATA", str(data))
        patch.setenv("DBT_TARGET_PATH", str(data / "target"))
        patch.delenv("STUDY_EXTRACTS", raising=False)
        return cli.main(["attack", *arguments]), said.getvalue()


@pytest.fixture(scope="module")
def sample_attacked(built_sample: Path) -> tuple[int, str]:
    return attacked(built_sample)


# the report -------------------------------------------------------------------------------------


def test_in_the_sample_no_intruder_finds_more_than_they_may(
    sample_attacked: tuple[int, str],
) -> None:
    exit_code, said = sample_attacked
    assert exit_code == 0, said
    # and everyone looks
    assert not re.search(r"  0  +0\.0%", said)


def test_finding_one_more_than_may_be_found_fails(
    built_sample: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nobody = Ceiling("research", 0, "neighbour", 0.0, None)
    monkeypatch.setattr(attack, "read_ceilings", lambda *_: [nobody])
    exit_code, said = attacked(built_sample)
    assert exit_code == 1
    assert "Too many are found by: neighbour" in said


def test_a_build_of_another_moment_is_not_attacked(built_sample: Path) -> None:
    exit_code, said = attacked(built_sample, "--as-of", "2026-06-29", to=redirect_stderr)
    assert exit_code == 1
    assert said.startswith("the published build is of 2026-06-30T00:00:00Z: give that as --as-of")
    assert '"2026-06-29T00:00:00Z"' in said and len(said.splitlines()) == 1


@pytest.mark.parametrize("moment", ["yesterday", "", "2026-06-30T00:00:00+01:00"])
def test_anything_but_a_moment_is_not_attacked(tmp_path: Path, moment: str) -> None:
    exit_code, said = attacked(tmp_path, "--as-of", moment, to=redirect_stderr)
    assert exit_code == 1
    assert said.startswith("--as-of is not a UTC timestamp; give it as in 2026-06-30T00:00:00Z")


@pytest.mark.parametrize("register", ["access", "releases", "requests"])
def test_with_a_broken_register_nothing_is_attacked(
    built_sample: Path, tmp_path: Path, register: str
) -> None:
    data = shutil.copytree(built_sample, tmp_path / "data", symlinks=True)
    file = data / register / ("request_log.csv" if register == "requests" else "register.csv")
    file.parent.mkdir(exist_ok=True)
    file.write_text("a,b\n", encoding="utf-8")
    exit_code, said = attacked(data, to=redirect_stderr)
    assert exit_code == 1
    assert said.startswith(f"{file}, line 1: ") and len(said.splitlines()) == 1


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


# intruders --------------------------------------------------------------------------------------


class Blinded:
    """The sample's tables in which all but some columns may be blank, and intruders in them."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, data: Path):
        self.connection, self.manifest = connection, Manifest(data / "target")
        landing.create_views(connection, landing.read_landing(attack.SAMPLE))
        landing.create_transient_views(connection)
        connection.execute("detach research; attach ':memory:' as research")
        connection.execute(f"attach '{databases.path(data, 'research')}' as published (read_only)")

    def found(self, intruder: intruders.Intruder, shown: set[str]) -> intruders.Found:
        """How an intruder fares where these columns alone are shown beside roles and ids."""
        for node in self.manifest.tables_of_people():
            blank = ", ".join(
                f"if(false, {column}, null) as {column}"
                for column, kind in node.classes().items()
                if kind != "pseudonym" and column not in shown | {"role", "wave"}
            )
            self.connection.execute(
                f"create schema if not exists research.{node.schema}; "
                f"create or replace view research.{node.schema}.{node.alias} as "
                f"select * {f'replace ({blank})' if blank else ''} "
                f"from published.{node.schema}.{node.alias}"
            )
        found = intruders.attack(
            self.connection,
            intruders.tables_of(self.manifest, attack.STUDY),
            intruders.know(self.connection),
            attack.AS_OF.year,
            (intruder,),
        )[intruder]
        assert found is not None
        return found


@pytest.fixture(scope="module")
def blinded(built_sample: Path) -> Iterator[Blinded]:
    with databases.connect(built_sample) as connection:
        yield Blinded(connection, built_sample)


def test_an_intruder_left_with_blanks_finds_by_composition_alone(blinded: Blinded) -> None:
    neighbour = intruders.INTRUDERS[0]
    found = blinded.found(neighbour, set())
    (families, compositions, alone, fewest) = blinded.connection.execute(
        """
        select sum(families), count(*), count(*) filter (families = 1), min(families)
        from (select roles, count(*) as families from families group by roles)
        """
    ).fetchall()[0]
    assert found == (families, alone, pytest.approx(compositions), fewest)


CLUES = {
    "a child's year of birth": {"age_in_year"},
    "parents' ages": {"age_band", "interview_year"},
    "region": {"region"},
    "child's sex": {"child_gender"},
    "tenure": {"tenure"},
    "household size": {"household_size"},
    "ethnic group": {"ethnic_group"},
}


@pytest.mark.parametrize("clue", CLUES)
def test_a_neighbour_makes_use_of_every_clue(clue: str, blinded: Blinded) -> None:
    neighbour = intruders.INTRUDERS[0]
    blind = blinded.found(neighbour, set())
    assert blinded.found(neighbour, CLUES[clue]).by_guessing > 1.5 * blind.by_guessing


def node(alias: str, *columns: str) -> Node:
    """A table of `memory` as the manifest would have it."""
    return Node(
        *("", alias, "model", "", alias, "", "", alias, None, None, ()),
        columns={column: {} for column in columns},
        types={},
        config={},
    )


def test_who_shows_a_row_alone_is_found_and_others_share(
    memory: duckdb.DuckDBPyConnection,
) -> None:
    memory.execute(
        """
        create table employments as
        from (values
            ('a', 2024, 20000, 1), ('a', 2024, 20000, 2), ('a', 2025, 30000, 1),
            ('b', 2024, 20000, 1), ('c', 2025, 40000, 1), ('d', 2024, null, 1),
            ('d', 2025, 40000, 1)
        ) as employments(research_id, tax_year, pay_in_year, employer)
        """
    )
    # a, with two rows alike, and b share one row, c and d another; what is missing nobody knows
    found = intruders._by_a_row(
        memory,
        {"employments": node("employments", "tax_year", "pay_in_year", "employer")},
        (intruders.Row("employments", ("tax_year", "pay_in_year")),),
    )
    assert found == (5, 1, 3, 1)


def test_a_family_is_found_if_no_other_may_be_theirs(memory: duckdb.DuckDBPyConnection) -> None:
    memory.execute(
        """
        create table families as
        from (values
            ('one', 'child mother', 'N', 2015, 2015, 2015, 1980, 1978, 1982),
            ('two', 'child mother', 'N', 2015, 2015, 2015, 1985, 1983, 1987),
            ('far', 'child mother', 'N', 2015, 2015, 2015, 1970, 1968, 1972),
            ('dad', 'child father', 'N', 2015, 2015, 2015, null, null, null),
            ('nil', 'child mother', 'S', 2015, null, null, 1985, null, null)
        ) as families(
            family, roles, region_known, child_1_known, child_1_from, child_1_to,
            mother_1_known, mother_1_from, mother_1_to
        );
        create table members as
        select family as research_id, family, 'child' as role from families
        union all
        select family || '+', family, 'mother' from families where family != 'dad';
        create table people as select role, 1 as place_known from members;
        create table answers as
        from (values
            ('one', 1, 'rents'), ('one', 2, 'owns'), ('two', 2, 'owns'), ('two', 1, 'rents'),
            ('far', 1, 'owns'), ('dad', 1, 'owns')
        ) as answers(research_id, wave, tenure);
        """
    )
    tables = {"answers": node("answers", "wave", "tenure", "age_band")}

    def found(*clues: intruders.Births | intruders.Answer) -> intruders.Found | None:
        return intruders._by_a_family(memory, tables, intruders.Family(clues))

    tenure = intruders.Answer("tenure")
    # nil shows no birth, so that nobody but dad is found for certain
    assert found(intruders.Births("adult")) == (5, 1, 1 + 3 / 2 + 1 / 2, 1)
    assert found(intruders.Births("adult", within=3)) == (5, 1, 1 + 2 / 3 + 1 / 2 + 1 / 3, 1)
    # of one, in the latest wave, as of two and far; nil shows none, so they are guessed before it
    assert found(tenure) == (5, 1, pytest.approx(1 + 3 / 3 + 1 / 4), 1)
    assert found(intruders.Births("adult"), tenure) == (5, 1, 1 + 3 + 1 / 2, 1)
    assert found(intruders.Answer("pets")) is None


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
        ((study, self.tables),) = contents.studies(self.manifest).items()
        self.rows = contents.shown(connection, self.tables)
        known = intruders.know(connection)
        self.truth = contents.true_records(connection, known, study, self.rows)

    def found(
        self, change: Callable[[Node, contents.Row], Mapping] = lambda node, row: {}
    ) -> dict[str, contents.Found]:
        """How many are found by questionnaire, once some of what the rows show is other."""
        rows = [
            (node, [{**row, **change(node, row)} for row in shown]) for node, shown in self.rows
        ]
        return contents.attack(rows, self.as_of, self.truth)

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


@pytest.mark.parametrize("shown", ["completed_year", "completed_month", "age_in_year", "age"])
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
        "research_id, year(month_of_birth) as year",
        answers.manifest.named("int_participants").relation,
        "research_id",
    )

    def put_back(node: Node, row: contents.Row) -> dict:
        person = (row["research_id"],)
        if shown == "age" and row.get("role") == "child":
            return {"age_in_year": attack.AS_OF.year - births[person]["year"]}
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
    needs = contents.AREAS_OF_NEED
    area_codes = {area: code for code, area in needs["child_send_need"].items()}
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

    def as_the_school(node: Node, row: contents.Row) -> dict:
        if node.alias != "parent_survey" or row[contents.FAMILY] not in census:
            return {}
        need, plan = census[row[contents.FAMILY]]
        return {
            "child_send_need": {
                "child_send_need": area_codes.get(needs["primary_sen_type"].get(need))
            },
            "child_has_ehcp": {"child_has_ehcp": plan == "E"},
        }[shown]

    said, same = answers.found(), answers.found(as_the_school)
    assert (
        same["parent_survey"]["expected_right_guesses"]
        > said["parent_survey"]["expected_right_guesses"] + 2
    )


def test_participants_of_send_futures_show_nothing_of_linkage(built_sample: Path) -> None:
    shown = project.research_columns(built_sample)["send_futures", "participants"]
    assert shown == {"research_id", "family_research_id", "role", "role_label", "age_band"}


# 5,000 families ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def five_thousand_families(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("families") / "extracts"
    synth.write_extracts(5000, 7, folder)
    return folder


@pytest.mark.long
def test_five_thousand_families_hide_each_other(
    five_thousand_families: Path, tmp_path: Path
) -> None:
    """Of SEND Futures the waves included: the more families, the more there are of every set."""
    moment = published.written(attack.AS_OF)
    building = project.all_models(five_thousand_families, tmp_path, moment)
    figures = attack.attacked(building, tmp_path / "target", five_thousand_families, attack.AS_OF)
    assert [one for one in figures if not one.is_within_limits] == []
    assert all(one.tries > 200 for one in figures)
    assert not any("waves aside" in one.intruder for one in figures)


@pytest.mark.long
@pytest.mark.parametrize("as_of", ["2025-03-31", "2025-09-30"])
def test_at_other_moments_too_records_are_not_found_by_what_answers_say(
    as_of: str, five_thousand_families: Path, tmp_path: Path
) -> None:
    tables = [
        f"send_futures__{table}"
        for table in ("participants", "parent_survey", "child_survey", "child_years", *PUPIL_TABLES)
    ] + ["identities", "postcode_areas"]
    built = project.built_as_far_as(five_thousand_families, tmp_path, f"{as_of}T00:00:00Z", *tables)
    with databases.connect(built) as connection:
        found = Answers(connection, tmp_path / "target", date.fromisoformat(as_of)).found()
    assert len(found) == 2
    for questionnaire, figures in found.items():
        assert figures["families_tried"] > 100
        assert are_hidden(figures, figures["expected_right_guesses"]), questionnaire
