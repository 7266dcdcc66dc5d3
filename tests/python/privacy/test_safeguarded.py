"""A safeguarded release: one row per study child, among ten who are alike, and nothing else."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from itertools import combinations
from pathlib import Path

import duckdb
import pytest

from studylink.attack.figures import read_ceilings
from studylink.attack.release import release_figures
from studylink.release import safeguarded
from studylink.release.eligibility import Refused
from studylink.release.generalisation import Anonymous, Rules
from tests.python.lib.project import ROOT

AS_IT_IS = Rules(min_class_size=1, min_sensitive_values=1, max_share_blanked=0.0)
"""Rules by which nothing is generalised or blanked."""
FIVE = {
    "participants": "research_id, role, age_in_year",
    "child_years": "research_id, academic_year, is_whole_year_dv, region, "
    "is_persistently_absent_dv, emergency_admissions_dv",
    "parent_interviews": "research_id, child_research_id, wave, tenure, household_size",
}
SEND = {
    "participants": "research_id, role",
    "child_years": "research_id, academic_year, is_whole_year_dv, sen_provision",
    "parent_survey": "research_id, linked_child_research_id, wave, child_send_need",
    "child_survey": "research_id, linked_child_research_id, wave, enjoys_school",
    "absence": "research_id, academic_year, percent_absent",
}
ROWS_OF_FIVE = {
    "participants": [
        ("c1", "child", 7),
        ("c2", "child", 14),
        ("m1", "mother", None),
        ("f1", "father", None),
        ("m2", "mother", None),
    ],
    "child_years": [
        ("c1", "2022/23", True, "E12000001", True, 1),
        ("c1", "2023/24", True, "E12000007", False, 1),
        ("c1", "2024/25", True, None, None, 0),
        ("c1", "2025/26", False, None, True, 7),
        ("c2", "2024/25", True, None, None, None),
    ],
    "parent_interviews": [
        ("m1", "c1", 1, "other", 8),
        ("f1", "c1", 2, "rents_private", 6),
        ("m1", "c1", 2, "owns_mortgage", None),
        ("m2", None, 2, "rent_free", 2),
    ],
}
ROWS_OF_SEND = {
    "participants": [("a1", "mother"), ("a2", "mother"), ("a3", "child"), ("a4", "father")],
    "child_years": [
        ("r1", "2023/24", True, "K"),
        ("r1", "2024/25", True, "E"),
        ("r2", "2024/25", True, "E"),
        ("r3", "2024/25", True, "N"),
    ],
    "parent_survey": [
        ("a1", "r1", 1, "sensory_physical"),
        ("a2", None, 1, "cognition_learning"),
    ],
    # whose answers are linked, though the parent's are not
    "child_survey": [("a3", "r3", 1, 5)],
    "absence": [("r1", "2024/25", 4.0)],
}

Release = duckdb.DuckDBPyConnection


@pytest.fixture
def seeds() -> Iterator[duckdb.DuckDBPyConnection]:
    """The policy seeds of the repository, in the schema `policy`."""
    with duckdb.connect() as connection:
        connection.execute("create schema policy")
        for seed in ("disclosure_control", "generalisations"):
            connection.execute(
                f"create table policy.{seed} as "
                "from read_csv($1, all_varchar = $2, hive_partitioning = false)",
                [str(ROOT / "seeds" / f"{seed}.csv"), seed == "generalisations"],
            )
        yield connection


@pytest.fixture
def policy(seeds: duckdb.DuckDBPyConnection) -> safeguarded.Policy:
    """What the policy seeds of the repository say."""
    return safeguarded.read_policy(seeds, "policy")


@pytest.fixture
def made() -> Iterator[Callable[..., Release]]:
    """A function that makes a release by hand, of the rows of each table of each study."""
    with duckdb.connect() as connection:

        def make(**studies: tuple[dict[str, str], dict[str, list[tuple]]]) -> Release:
            connection.execute("attach ':memory:' as release; create schema release.about")
            connection.execute(
                """
                create table release.about.columns (
                    table_schema text, table_name text, position int, column_name text,
                    label text, description text, data_type text, unit text, source text,
                    recode text, missing text, class text, code_list text
                );
                create table release.about.value_labels (
                    table_schema text, table_name text, column_name text, value text, label text
                );
                create table release.about.coverage (
                    table_schema text, table_name text, rows_held bigint, first_period text,
                    last_period text, deliveries bigint
                )
                """
            )
            for study, (columns, rows) in studies.items():
                connection.execute(f"create schema release.{study}")
                for table, names in columns.items():
                    placeholders = ", ".join("?" * len(names.split(", ")))
                    types = next(iter(zip(*[rows[table]], strict=True)), None)
                    assert types, "a table made by hand has rows"
                    declared = ", ".join(
                        f"{name} {kind_of([row[place] for row in rows[table]])}"
                        for place, name in enumerate(names.split(", "))
                    )
                    connection.execute(f"create table release.{study}.{table} ({declared})")
                    connection.executemany(
                        f"insert into release.{study}.{table} values ({placeholders})",
                        rows[table],
                    )
            return connection

        yield make


def kind_of(values: list[object]) -> str:
    kinds = {type(value) for value in values} - {type(None)}
    return {bool: "boolean", int: "bigint", float: "double"}.get(kinds.pop(), "varchar")


def as_it_is(policy: safeguarded.Policy) -> safeguarded.Policy:
    return dataclasses.replace(policy, rules=AS_IT_IS)


def children(release: Release, study: str) -> dict[str, dict[str, object]]:
    """By id: what is shown of each child."""
    relation = release.execute(f"from release.{study}.children")
    names = [name for name, *_ in relation.description]
    rows = [dict(zip(names, row, strict=True)) for row in relation.fetchall()]
    return {row.pop("research_id"): row for row in rows}


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ("update {} set level_2 = '11 to 16' where value = '7' and hierarchy = 'age'", "split"),
        ("update {} set level_1 = null where value = '7' and hierarchy = 'age'", "no category"),
        ("update {} set value = null where value = '7' and hierarchy = 'age'", "empty"),
        ("update {} set value = '8' where value = '7' and hierarchy = 'age'", "in two rows"),
        ("delete from {} where hierarchy = 'age'", "has no row"),
    ],
)
def test_a_faulty_hierarchy_is_refused_in_words(
    seeds: duckdb.DuckDBPyConnection, change: str, what: str
) -> None:
    seeds.execute(change.format("policy.generalisations"))
    with pytest.raises(Refused, match=f"hierarchy age: .*{what}.*Correct seeds/generalisations"):
        safeguarded.read_policy(seeds, "policy")


def tables(release: Release) -> set[str]:
    return {
        f"{schema}.{table}"
        for schema, table in release.execute(
            "select schema_name, table_name from duckdb_tables() where database_name = 'release'"
        ).fetchall()
    }


# --------------------------------------------------------------------------------------------------
# What is summed up
# --------------------------------------------------------------------------------------------------


def test_a_child_has_one_row_of_all_that_is_known(
    made: Callable[..., Release], policy: safeguarded.Policy
) -> None:
    release = made(five_to_twelve=(FIVE, ROWS_OF_FIVE))
    safeguarded.sum_up(release, "release", as_it_is(policy))
    assert children(release, "five_to_twelve") == {
        "c1": {
            "age_dv": "7",
            "region_dv": "London",
            # of the latest wave: the mother's answer, or else the father's
            "tenure_dv": "Owns with a mortgage or loan",
            "household_size_dv": "6",
            # of whole years that are known, one of two; the year under way counts nowhere
            "persistently_absent_dv": "In up to half of the years",
            "emergency_admissions_dv": "2 or more",
        },
        "c2": {
            "age_dv": "14",
            "region_dv": None,
            "tenure_dv": None,
            "household_size_dv": None,
            "persistently_absent_dv": None,
            "emergency_admissions_dv": None,
        },
    }


def test_only_linked_answers_and_their_records_are_summed_up(
    made: Callable[..., Release], policy: safeguarded.Policy
) -> None:
    release = made(send_futures=(SEND, ROWS_OF_SEND))
    safeguarded.sum_up(release, "release", as_it_is(policy))
    assert children(release, "send_futures") == {
        "r1": {
            "sen_provision_dv": "Education, health and care plan",
            "send_need_dv": "Sensory or physical",
            "enjoys_school_dv": None,
        },
        "r3": {
            "sen_provision_dv": "No special educational need",
            "send_need_dv": None,
            "enjoys_school_dv": "Often or always",
        },
    }


def test_only_what_is_summed_up_is_kept(made: Callable[..., Release]) -> None:
    release = made(five_to_twelve=(FIVE, ROWS_OF_FIVE), send_futures=(SEND, ROWS_OF_SEND))
    kept = safeguarded.keep_what_is_summed_up(release, "release")
    assert set(kept["send_futures"]) == set(SEND) - {"absence"}
    assert set(kept["five_to_twelve"]["child_years"]) == set(FIVE["child_years"].split(", "))

    def people(table: str) -> set[str]:
        found = release.execute(f"select distinct research_id from release.{table}").fetchall()
        return {person for (person,) in found}

    # an adult who answered of no one child, answers that are not linked, and their records
    assert people("five_to_twelve.participants") == {"c1", "c2", "m1", "f1"}
    assert people("five_to_twelve.parent_interviews") == {"m1", "f1"}
    assert people("send_futures.participants") == {"a1", "a3"}
    assert people("send_futures.child_years") == {"r1", "r3"}
    assert people("send_futures.parent_survey") == {"a1"}


def test_what_was_not_approved_is_not_summed_up(
    made: Callable[..., Release], policy: safeguarded.Policy
) -> None:
    years = {"child_years": "research_id, academic_year, is_whole_year_dv, region"}
    rows = {"child_years": [row[:4] for row in ROWS_OF_FIVE["child_years"]]}
    release = made(five_to_twelve=(years, rows))
    safeguarded.sum_up(release, "release", as_it_is(policy))
    assert children(release, "five_to_twelve") == {
        "c1": {"region_dv": "London"},
        "c2": {"region_dv": None},
    }


@pytest.mark.parametrize(
    ("study", "without", "reason"),
    [
        ("five_to_twelve", "", "fewer than 10 children"),
        ("a_new_study", "", "declares nothing for a_new_study"),
        ("send_futures", "linked_child_research_id, ", "nothing of send_futures"),
    ],
)
def test_what_cannot_be_safeguarded_is_refused(
    made: Callable[..., Release],
    policy: safeguarded.Policy,
    study: str,
    without: str,
    reason: str,
) -> None:
    columns, rows = (SEND, ROWS_OF_SEND) if study == "send_futures" else (FIVE, ROWS_OF_FIVE)
    if without:
        columns = {table: names.replace(without, "") for table, names in columns.items()}
        rows = {
            table: [
                row if table in ("child_years", "participants", "absence") else (row[0], *row[2:])
                for row in of_table
            ]
            for table, of_table in rows.items()
        }
    release = made(**{study: (columns, rows)})
    with pytest.raises(safeguarded.CannotBeSafeguarded, match=reason):
        safeguarded.sum_up(release, "release", policy)


# --------------------------------------------------------------------------------------------------
# The sample
# --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def of_sample(built_sample: Path) -> Iterator[tuple[Release, dict[str, Anonymous], set[str]]]:
    """A release of all of the sample, how it was generalised, and the ids that may be in it."""
    with duckdb.connect() as connection:
        for name in ("study", "research"):
            connection.execute(f"attach '{built_sample}/{name}.duckdb' as {name} (read_only)")
        connection.execute("attach ':memory:' as release; copy from database research to release")
        linked = connection.execute(
            """
            select linked_child_research_id from research.send_futures.parent_survey
            union select linked_child_research_id from research.send_futures.child_survey
            union select research_id from research.five_to_twelve.participants where role = 'child'
            """
        ).fetchall()
        policy = safeguarded.read_policy(connection)
        found = safeguarded.sum_up(connection, "release", policy)
        yield connection, found, {id for (id,) in linked if id}


STUDIES = ("five_to_twelve", "send_futures")


def of_class(release: Release, study: str, declared: str) -> list[str]:
    return [
        column
        for (column,) in release.execute(
            "select column_name from release.about.columns "
            "where table_schema = ? and table_name = 'children' and class = ? order by position",
            [study, declared],
        ).fetchall()
    ]


@pytest.mark.parametrize("study", STUDIES)
def test_no_child_of_the_sample_stands_among_fewer_than_ten(of_sample: tuple, study: str) -> None:
    release, found, _ = of_sample
    columns = of_class(release, study, "quasi")
    assert len(columns) == len(found[study].levels) > 2
    for size in range(1, len(columns) + 1):
        for known in combinations(columns, size):
            ((fewest,),) = release.execute(
                f"select min(n) from (select count(distinct research_id) as n "
                f"from release.{study}.children group by {', '.join(known)})"
            ).fetchall()
            assert fewest >= 10
    for column in of_class(release, study, "sensitive"):
        ((alike,),) = release.execute(
            f"select count(*) from (select count(distinct {column}) as n "
            f"from release.{study}.children group by {', '.join(columns)}) where n = 1"
        ).fetchall()
        assert not alike, column


def test_who_knows_everything_by_which_a_child_of_the_sample_may_be_known_finds_nobody(
    of_sample: tuple,
) -> None:
    release, _, _ = of_sample
    release.execute(
        "create temp table known as "
        + " union all ".join(
            f"select '{study}' as study, research_id, research_id as family "
            f"from release.{study}.children"
            for study in STUDIES
        )
    )
    release.execute(
        "create table release.about.release as select 'safeguarded' as access, "
        "false as has_family_ids, as_of from research.about.build"
    )
    ceilings = read_ceilings(release, "study.policy.attack_ceilings")
    attacked = release_figures(release, "release", "known", ceilings)
    release.execute("drop table release.about.release")
    assert len(attacked.figures) == len(STUDIES)
    for figures in attacked.figures:
        assert figures.is_within_limits, figures
        assert figures.for_certain == 0
        assert figures.among is not None
        assert figures.among >= 10
        assert figures.among_at_least == 10
    assert not attacked.advice


def test_the_sample_keeps_something_of_most_columns(of_sample: tuple) -> None:
    release, found, _ = of_sample
    for study in STUDIES:
        assert found[study].people_blanked <= 0.05 * len(found[study].quasi)
        rows = release.execute(
            f"select count(columns(* exclude (research_id))) from release.{study}.children"
        ).fetchall()[0]
        assert sum(bool(one) for one in rows) >= 0.7 * len(rows)
        assert found[study].loss < 0.5


def test_every_child_of_linked_answers_has_one_row_in_the_order_of_ids(of_sample: tuple) -> None:
    release, _, expected = of_sample
    shown: list[str] = []
    for study in STUDIES:
        ids = [
            id
            for (id,) in release.execute(
                f"select research_id from release.{study}.children"
            ).fetchall()
        ]
        assert ids == sorted(ids)
        shown += ids
    assert len(shown) == len(set(shown))
    assert set(shown) == expected


def test_nothing_but_children_and_what_describes_them_is_left(of_sample: tuple) -> None:
    release, _, _ = of_sample
    of_people = {
        f"{schema}.{table}"
        for schema, table in release.execute(
            "select schema_name, table_name from duckdb_columns() "
            "where database_name = 'release' and column_name like '%\\_id' escape '\\'"
        ).fetchall()
    }
    assert of_people == {f"{study}.children" for study in STUDIES}
    described = release.execute(
        """
        select schema_name, held.table_name, held.column_name, comment, label, class
        from (from duckdb_columns() where database_name = 'release') as held
        full join release.about.columns as described
            on
                held.schema_name = described.table_schema
                and held.table_name = described.table_name
                and held.column_name = described.column_name
        """
    ).fetchall()
    assert not [row for row in described if None in row]
    for table in ("value_labels", "coverage"):
        left = {
            f"{schema}.{name}"
            for schema, name in release.execute(
                f"select table_schema, table_name from release.about.{table}"
            ).fetchall()
        }
        assert left <= tables(release)


@pytest.mark.parametrize("study", STUDIES)
def test_the_record_of_disclosure_control_shows_levels_and_blanks(
    of_sample: tuple, study: str
) -> None:
    release, found, _ = of_sample
    rows = release.execute(
        "select column_name, level, categories, children_blanked "
        "from release.about.disclosure where table_schema = ? order by rowid",
        [study],
    ).fetchall()
    anonymous = found[study]
    assert [level for _, level, _, _ in rows][: len(anonymous.levels)] == list(anonymous.levels)
    for (column, _, categories, shown), blanked in zip(rows, anonymous.blanked, strict=True):
        # as every count that people look at
        assert shown == ((blanked + 5) // 10 * 10 if blanked >= 10 else None)
        values = {
            value
            for (value,) in release.execute(
                f"select distinct {column} from release.{study}.children where {column} is not null"
            ).fetchall()
        }
        assert values <= set(categories.split("; ")), column
        labelled = release.execute(
            "select count(*) from release.about.value_labels "
            "where table_schema = ? and column_name = ? and list_contains(?, value)",
            [study, column, list(values)],
        ).fetchall()
        assert labelled == [(len(values),)]
