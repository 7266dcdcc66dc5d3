"""Each reason why a project may not have a release, and each thing that a plan may not ask for."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import yaml

from studylink.release import eligibility, plan
from studylink.release.eligibility import Project
from studylink.release.plan import Column, Plan, PlanRefused

DAY = date(2026, 7, 1)
GOOD = Project(
    project_id="P1",
    title="Title",
    organisation="Organisation",
    purpose="research",
    approved_on=DAY,
    expires_on=DAY,
    contract_signed_on=DAY,
    studies=("five", "send"),
    domains=("education",),
    accredited=1,
)
BEFORE, AFTER = date(2026, 6, 30), date(2026, 7, 2)
REASONS = {
    "it is not approved": {"approved_on": None},
    "it is approved only from 2026-07-02": {"approved_on": AFTER},
    "its approval has no end date": {"expires_on": None},
    "its approval expired on 2026-06-30": {"expires_on": BEFORE},
    "its contract is not signed": {"contract_signed_on": None},
    "its contract is not signed until 2026-07-02": {"contract_signed_on": AFTER},
    "its purpose is not research or statistics": {"purpose": "commercial"},
    "none of its researchers is accredited on 2026-07-01": {"accredited": 0},
    "no studies are approved": {"studies": ()},
    "not all of its studies are known; there are five, send": {"studies": ("five", "six")},
    "no domains are approved": {"domains": ()},
    "not all of its domains are known; there are education, health": {"domains": ("telepathy",)},
}


def reasons(project: Project) -> list[str]:
    return eligibility.reasons(project, DAY, ["five", "send"], ["education", "health"])


def test_a_project_on_the_last_day_of_its_approval_may_have_a_release() -> None:
    assert reasons(GOOD) == reasons(replace(GOOD, purpose="statistics")) == []


@pytest.mark.parametrize("reason", REASONS)
def test_each_reason_why_a_project_may_not_is_named(reason: str) -> None:
    assert reasons(replace(GOOD, **REASONS[reason])) == [reason]


def test_all_reasons_are_named_at_once() -> None:
    with pytest.raises(eligibility.Refused, match="not approved; its approval expired on"):
        eligibility.require(reasons(replace(GOOD, approved_on=None, expires_on=BEFORE)))


# --------------------------------------------------------------------------------------------------
# Plans
# --------------------------------------------------------------------------------------------------

COLUMNS = [
    Column(study, table, name, has_source, domain)
    for study, table, columns in (
        ("five", "participants", "research_id family_research_id role* is_health_linked:health"),
        ("five", "absence", "research_id year*:education percent*:education"),
        ("five", "gp_events", "research_id year*:health"),
        ("five", "child_years", "research_id income* percent*:education gp*:health"),
        ("send", "survey", "research_id linked_child_research_id wave*"),
        ("send", "absence", "research_id year*:education"),
        ("send", "child_years", "research_id academic_year percent*:education"),
        ("other", "participants", "research_id role*"),
    )
    for name, has_source, domain in (
        (whole.partition(":")[0].rstrip("*"), "*" in whole, whole.partition(":")[2] or None)
        for whole in columns.split()
    )
]


def test_by_default_a_project_has_what_its_studies_and_domains_allow() -> None:
    assert plan.default("P1", COLUMNS, ["five", "send"], ["education"]).tables == {
        "five": {
            "participants": ["research_id", "role"],
            "absence": ["research_id", "year", "percent"],
            "child_years": ["research_id", "income", "percent"],
        },
        "send": {
            "survey": ["research_id", "linked_child_research_id", "wave"],
            "absence": ["research_id", "year"],
            "child_years": ["research_id", "academic_year", "percent"],
        },
    }


REPEATED = [
    *COLUMNS,
    Column("five", "parent_interviews", "research_id", False, None),
    Column("five", "parent_interviews", "income", True, None),
    Column("five", "child_years", "household_income", True, None, "parent_interviews"),
]


def test_without_family_ids_no_figure_of_parents_stands_beside_their_child_too(
    tmp_path: Path,
) -> None:
    """An income, a score and a month in two tables join nearly every parent to the child."""
    told = REPEATED, ["five"], ["education"]
    assert "household_income" not in plan.default("P1", *told).tables["five"]["child_years"]
    both = {"five": {"child_years": "all", "parent_interviews": "all"}}
    with pytest.raises(PlanRefused, match=r"leave five.child_years.household_income out, or the"):
        plan.read(written(tmp_path, tables=both), *told)
    for more in (
        {"tables": both, "family_research_id": "siblings are compared"},
        {"tables": both, "access": "safeguarded"},
        {"tables": {"five": {"child_years": "all"}}},
    ):
        tables = plan.read(written(tmp_path, **more), *told).tables
        assert "household_income" in tables["five"]["child_years"]


def test_without_records_nothing_shows_who_has_any() -> None:
    """Neither the link to them, nor the rows of a table that is only of theirs."""
    tables = plan.default("P1", COLUMNS, ["send"], ["health"]).tables
    assert tables == {"send": {"survey": ["research_id", "wave"]}}


def written(tmp_path: Path, **content: object) -> Path:
    file = tmp_path / "plan.yml"
    file.write_text(yaml.safe_dump({"project": "P1", **content}))
    return file


def read(file: Path) -> Plan:
    return plan.read(file, COLUMNS, ["five"], ["education"])


def test_a_plan_is_read_as_it_was_written(tmp_path: Path) -> None:
    file = written(
        tmp_path,
        years=[2022, 2024],
        family_research_id="siblings are compared",
        statements=list(plan.STATEMENTS),
        tables={"five": {"participants": "all", "absence": ["percent"]}},
    )
    whole = read(file)
    assert whole.tables == {
        "five": {
            "participants": ["research_id", "family_research_id", "role"],
            "absence": ["research_id", "percent"],
        }
    }
    assert whole.years == (2022, 2024)
    assert eligibility.reasons_against(whole, GOOD) == []
    file.write_text(whole.written())
    assert read(file) == whole


REFUSED: dict[str, dict[str, object]] = {
    "and nothing else": {"colour": "red"},
    "needs a reason in words": {"family_research_id": True},
    "access must be": {"access": "public"},
    "statements may be": {"statements": ["no harm"]},
    "years must be the first and the last": {"years": [2024, 2022]},
    "tables must name studies": {"tables": ["absence"]},
    "the plan names no table": {"tables": {}},
    "there is no table five.build": {"tables": {"five": {"build": "all"}}},
    "five.gp_events belongs to a study or domain": {"tables": {"five": {"gp_events": "all"}}},
    "other.participants belongs to a study or domain": {
        "tables": {"other": {"participants": "all"}}
    },
    "five.absence must be `all`, or a list": {"tables": {"five": {"absence": ["weight"]}}},
    "five.child_years may not have gp": {"tables": {"five": {"child_years": ["income", "gp"]}}},
    "participants may not have family_research_id": {
        "tables": {"five": {"participants": ["family_research_id"]}}
    },
}


@pytest.mark.parametrize("message", REFUSED)
def test_each_thing_that_a_plan_may_not_ask_for_is_named(tmp_path: Path, message: str) -> None:
    with pytest.raises(PlanRefused, match=message.replace("`", ".")):
        read(written(tmp_path, **REFUSED[message]))


SLIPS = {
    "": "it is no plan",
    "- a\n- b\n": "it is no plan",
    "project: [": "line 1 cannot be read as YAML",
    "project: P1\nyears: *other": "line 2 cannot be read as YAML",
    "project: P1\nyears: [2022-13-45, 2024]": "it cannot be read as YAML: put quotes around",
    "project: !!bool maybe": "it cannot be read as YAML: put quotes around",
    "? [project]\n: P1": "line 1 cannot be read as YAML",
    "1: P1": "it is no plan",
    "project:": "project must be the project's id, in quotes",
    "project: 2026": "project must be the project's id, in quotes",
    "project: [P1]": "project must be the project's id, in quotes",
    "project: P1\nproject: P1": "in the block that begins in line 1 a key appears twice",
    "project: P1\ntables:\n five: {absence: all, absence: [year]}": "in the block that begins",
    "project: P1\naccess: [secure]": "access must be",
    "project: P1\naccess:": "access must be",
    "project: P1\nfamily_research_id: no": "family_research_id needs a reason in words",
    "project: P1\nfamily_research_id: 2026-06-30": "family_research_id needs a reason in words",
    "project: P1\nfamily_research_id: none": "family_research_id must be left empty",
    "project: P1\nyears: [no, yes]": "years must be",
    "project: P1\nyears: [2022.5, 2024]": "years must be",
    "project: P1\nyears: 2022": "years must be",
    "project: P1\nstatements:\n- no_damage_to_a_person: yes": "statements may be .*; item 1 is",
    "project: P1\nstatements:\n- no_damage_to_a_person\n-": "statements may be .*; item 2 is",
    "project: P1\nstatements: no_damage_to_a_person": "statements may be",
    "project: P1\nstatements: no": "statements may be",
    "project: P1\nstatements: 2026-06-30": "statements may be",
    "project: P1\ntables:": "tables must name studies",
    "project: P1\ntables:\n five:": "tables must name studies",
    "project: P1\ntables:\n five: {}": "tables must name studies",
    "project: P1\ntables:\n five: [absence]": "tables must name studies",
    "project: P1\ntables:\n five: {absence: }": "five.absence must be .all.",
    "project: P1\ntables:\n five: {absence: []}": "five.absence must be .all.",
    "project: P1\ntables:\n five: {absence: yes}": "five.absence must be .all.",
    "project: P1\ntables:\n five: {absence: [year, percent: ]}": "five.absence .*; item 2 is",
    "project: P1\ntables:\n five: {absence: [[year]]}": "five.absence .*; item 1 is",
    "project: P1\ntables:\n five: {absence: [2022]}": "five.absence .*; item 1 is",
    "project: P1\ntables:\n 5: {absence: all}": "there is no table 5.absence",
}


@pytest.mark.parametrize("content", SLIPS)
def test_each_slip_in_yaml_is_refused_with_its_file_and_place(tmp_path: Path, content: str) -> None:
    (tmp_path / "plan.yml").write_text(content)
    with pytest.raises(PlanRefused, match=rf"/plan\.yml: {SLIPS[content]}"):
        read(tmp_path / "plan.yml")


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "plan.yml").write_text("project: P1", encoding="utf-16")
    for name in ("plan.yml", "nowhere.yml"):
        with pytest.raises(PlanRefused, match=f"{name}: it cannot be read"):
            read(tmp_path / name)


def test_a_plan_of_another_project_or_without_a_statement_is_refused(tmp_path: Path) -> None:
    whole = read(written(tmp_path, project="P2", statements=["no_damage_to_a_person"]))
    of_another, without = eligibility.reasons_against(whole, GOOD)
    assert of_another == "the plan is for project P2"
    assert without.startswith("the plan lacks the statement no_decision_about_a_person")
