"""The policy seeds cannot go beyond the leaflets: the data tests that say so, on bad seeds."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from types import SimpleNamespace

import duckdb
import jinja2
import pytest
import yaml

from studylink.lineage.shadow import Shadow
from studylink.manifest import Manifest
from tests.python.lib.project import ROOT

BEYOND = "no_linkage_policy_goes_beyond_the_leaflets"
LESS = "no_study_promises_less_than_its_leaflet"
ONE_MEANING = "every_policy_row_has_one_meaning"
SEEDS = ("studies", "linkage_policies", "pupil_matching")


def policy(study: str, domain: str, role: str, answers_of: str, mode: str) -> str:
    """One more row of the seed."""
    return (
        "insert into linkage_policies values "
        f"('{study}', '{domain}', '{role}', '{answers_of}', '{mode}', 'nobody promised it')"
    )


@cache
def read(path: Path) -> dict:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def failures(test: str, *changes: str) -> int:
    """How many rows a data test returns when the shipped seeds are changed."""
    sources = read(ROOT / "models" / "staging" / "surveys" / "_surveys__sources.yml")
    declared = read(ROOT / "seeds" / "_seeds.yml")["seeds"]

    def landed_columns(source: str, table: str) -> list[SimpleNamespace]:
        (found,) = (one for one in sources["sources"][0]["tables"] if one["name"] == table)
        return [
            SimpleNamespace(
                name=column["name"],
                config=SimpleNamespace(meta=SimpleNamespace(**column["config"]["meta"])),
            )
            for column in found["columns"]
            if "config" in column
        ]

    sql = (ROOT / "tests" / "rules" / f"{test}.sql").read_text(encoding="utf-8")
    rendered = jinja2.Environment(extensions=["jinja2.ext.do"]).from_string(sql)
    with duckdb.connect() as connection:
        for seed in SEEDS:
            (types,) = (one["config"]["column_types"] for one in declared if one["name"] == seed)
            connection.execute(
                f"create table {seed} as "
                "from read_csv(?, header = true, columns = ?, hive_partitioning = false)",
                [str(ROOT / "seeds" / f"{seed}.csv"), types],
            )
        for change in changes:
            connection.execute(change)
        query = rendered.render(ref=lambda name: name, landed_columns=landed_columns)
        return len(connection.execute(query).fetchall())


@pytest.mark.parametrize("test", [BEYOND, LESS, ONE_MEANING])
def test_the_seeds_as_shipped_keep_what_was_promised(test: str) -> None:
    assert failures(test) == 0


@pytest.mark.parametrize(
    "change",
    [
        policy("five_to_twelve", "employment_tax", "child", "family", "permission"),
        policy("five_to_twelve", "benefits", "child", "family", "permission"),
        policy("five_to_twelve", "health", "child", "child", "permission"),
        policy("five_to_twelve", "health", "mother", "family", "permission"),
        policy("send_futures", "health", "child", "parent", "permission"),
        policy("send_futures", "area", "child", "child", "standard"),
        policy("send_futures", "education", "adult", "parent", "permission"),
        policy("send_futures", "education", "child", "family", "permission"),
        policy("send_futures", "education", "child", "parent", "standard"),
        policy("five_to_twelve", "health", "adult", "family", "implied"),
        "update linkage_policies set mode = 'standard' "
        "where domain = 'health' and records_of_role = 'child'",
        "update linkage_policies set mode = null "
        "where domain = 'health' and records_of_role = 'child'",
        "update linkage_policies set records_of_role = 'child' where domain = 'benefits'",
    ],
)
def test_a_policy_beyond_the_leaflets_fails(change: str) -> None:
    assert failures(BEYOND, change) == 1


@pytest.mark.parametrize(
    "change",
    [
        "update linkage_policies set mode = 'permission' where domain = 'area'",
        "delete from linkage_policies where study = 'send_futures'",
        policy("another_study", "benefits", "child", "child", "standard"),
    ],
)
def test_a_policy_may_be_stricter_and_a_new_study_is_free(change: str) -> None:
    assert failures(BEYOND, change) == 0


@pytest.mark.parametrize(
    "change",
    [
        "update studies set own_decision_age = 18 where study = 'send_futures'",
        "update studies set own_decision_age = null where study = 'five_to_twelve'",
        "update studies set deletion_window_months = 3 where study = 'five_to_twelve'",
        "update studies set deletion_window_months = 60 where study = 'send_futures'",
        "update studies set main_survey_started_on = null where study = 'five_to_twelve'",
        "update studies set main_survey_started_on = '2023-01-01' where study = 'five_to_twelve'",
        "update pupil_matching set matched_on = 'identity' where study = 'five_to_twelve'",
        "delete from pupil_matching where study = 'send_futures'",
    ],
)
def test_a_study_that_promises_less_than_its_leaflet_fails(change: str) -> None:
    assert failures(LESS, change) == 1


@pytest.mark.parametrize(
    "change",
    [
        "update studies set deletion_window_months = 12 where study = 'five_to_twelve'",
        "update studies set deletion_window_months = null where study = 'five_to_twelve'",
        "update studies set main_survey_started_on = '2023-10-01' where study = 'five_to_twelve'",
        "insert into studies values ('another_study', 'Another', 12, 1, null)",
    ],
)
def test_a_study_may_promise_more_and_a_new_one_is_free(change: str) -> None:
    assert failures(LESS, change) == 0


@pytest.mark.parametrize(
    "change",
    [
        policy("five_to_twelve", "health", "adult", "family", "standard"),
        policy("send_futures", "health", "mother", "child", "permission"),
        policy("send_futures", "health", "child", "child", "implied"),
        policy("send_futures", "housing", "child", "child", "permission"),
        policy("another_study", "health", "child", "child", "permission"),
        "update linkage_policies set mode = null where domain = 'benefits'",
        "update linkage_policies set answers_of = null where domain = 'benefits'",
        "insert into studies select * from studies where study = 'send_futures'",
        "insert into pupil_matching select * from pupil_matching where study = 'send_futures'",
        "insert into studies values ('another_study', 'Another', null, 1, null)",
        "insert into studies values (null, 'Another', 16, 1, null)",
    ],
)
def test_a_policy_row_that_could_be_read_in_two_ways_fails(change: str) -> None:
    assert failures(ONE_MEANING, change) == 1


def test_a_new_study_has_policies_of_its_own() -> None:
    changes = (
        "insert into studies values ('another_study', 'Another', 12, 1, null)",
        policy("another_study", "health", "child", "child", "permission"),
        policy("another_study", "health", "child", "parent", "standard"),
    )
    assert failures(ONE_MEANING, *changes) == 0


def test_an_answer_about_what_no_policy_links_is_an_answer(built_sample: Path) -> None:
    """A policy may be taken away, or not be there yet: what was said is no fault, and no family
    is unreadable for it."""
    manifest = Manifest(built_sample / "target")
    model = manifest.named("stg_surveys__permissions")
    known = [
        ("send_futures", "child"),
        ("another", "sibling"),
    ]
    answers = {
        ("send_futures", "child"): None,
        ("send_futures", "parent"): None,
        ("send_futures", "family"): "unlisted: answers_of",
        ("send_futures", "sibling"): "unlisted: answers_of",
        ("five_to_twelve", "family"): None,
        ("five_to_twelve", "parent"): "unlisted: answers_of",
        ("another", "sibling"): None,
        ("another", "family"): "unlisted: answers_of",
    }
    rows: dict[str, list[dict]] = {
        "studies": [{"study": study} for study in ("five_to_twelve", "send_futures", "another")],
        "linkage_policies": [{"study": study, "answers_of": whose} for study, whose in known],
        "permissions": [
            {
                "source_table": "permissions",
                "row_number": str(number),
                "permission_id": str(number),
                "study": study,
                "answers_of": whose,
                "given_by": "mother",
                "records_of": "child",
                "domain": "education",
                "answer": "yes",
                "answered_at": "2024-01-01T12:00:00Z",
                "wave": "1",
            }
            for number, (study, whose) in enumerate(answers)
        ],
    }
    shadow = Shadow()
    for parent in (manifest.nodes[one] for one in model.parents):
        columns = list(rows[parent.name][0])
        shadow.create(parent.relation, [(column, "varchar") for column in columns])
        shadow.connection.executemany(
            f"insert into {parent.relation} values ({', '.join('?' * len(columns))})",
            [list(row.values()) for row in rows[parent.name]],
        )
    faults = shadow.connection.sql(
        f"select study, answers_of, row_fault from ({model.sql})"
    ).fetchall()
    assert {(study, whose): fault for study, whose, fault in faults} == answers
