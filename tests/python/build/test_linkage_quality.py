"""The figures of linkage quality follow their definitions, and are shown where they may be."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb
import numpy as np
import pytest
from jinja2 import Environment

from tests.python.lib.project import ROOT


def macro(name: str) -> Callable[..., str]:
    """A macro of the marts, as text that any engine reads."""
    text = (ROOT / "macros" / "marts" / f"{name}.sql").read_text(encoding="utf-8")
    return getattr(Environment().from_string(text).module, name)


def computed(expression: str, rows: list[tuple]) -> list[float | None]:
    """An expression over the columns `a` and `b` of some rows, in their order."""
    columns = [list(column) for column in zip(*rows, strict=True)]
    return [
        value
        for (value,) in duckdb.execute(
            f"select {expression} from (select unnest($1) as a, unnest($2) as b)", columns
        ).fetchall()
    ]


def test_the_interval_is_wilsons() -> None:
    # seconds of importing, which every process of a run would pay
    from scipy.stats import binomtest

    draw = np.random.default_rng(1)
    trials = [1, 10, 20, *map(int, draw.integers(1, 5000, 300))]
    rows = [
        (successes, number)
        for number in trials
        for successes in {0, number, int(draw.integers(0, number + 1))}
    ]
    bounds = [computed(macro("wilson_bound")("a", "b", side), rows) for side in "-+"]
    expected = [
        binomtest(successes, number).proportion_ci(0.95, method="wilson")
        for successes, number in rows
    ]
    assert bounds[0] == pytest.approx([one.low for one in expected], abs=1e-6)
    assert bounds[1] == pytest.approx([one.high for one in expected], abs=1e-6)


def test_a_standardised_difference_is_in_standard_deviations_of_the_two_groups() -> None:
    draw = np.random.default_rng(2)
    groups = [
        (draw.random(draw.integers(10, 90)) < share, draw.random(draw.integers(10, 90)) < other)
        for share, other in draw.random((200, 2))
    ]
    rows = [(float(one.mean()), float(other.mean())) for one, other in groups]
    deviations = [np.sqrt((one.var() + other.var()) / 2) for one, other in groups]
    expected = [
        (share - other) / deviation if deviation else None
        for (share, other), deviation in zip(rows, deviations, strict=True)
    ]
    assert computed(macro("standardised_difference")("a", "b"), rows) == pytest.approx(expected)


def test_groups_that_do_not_vary_have_no_standardised_difference() -> None:
    difference = macro("standardised_difference")("a", "b")
    assert computed(difference, [(1.0, 1.0), (0.0, 0.0), (1.0, 0.0), (0.5, 0.5)]) == [
        None,
        None,
        None,
        0,
    ]


# of each need that parents name, and of those who name none: how many were found, and missed
NEEDS = {
    "Communication and interaction": (94, 14),
    "Cognition and learning": (65, 20),
    "Social, emotional and mental health": (40, 12),
    "Sensory or physical": (30, 9),
    "More than one of these": (9, 8),
    "Not sure": (0, 0),
    None: (15, 15),
}
# of each need there are as many whose linkage is permitted to the child's answers alone, all found
FOR_THE_CHILD_ALONE = 2


def test_a_study_of_ordinary_size_shows_whom_matching_misses_by_need(built_sample: Path) -> None:
    kinds = [
        (need, *flags)
        for need, (found, missed) in NEEDS.items()
        for flags, many in {
            (True, True): found,
            (True, False): missed,
            (False, True): FOR_THE_CHILD_ALONE,
        }.items()
        for _ in range(many)
    ]
    columns = [list(column) for column in zip(*kinds, strict=True)]
    compiled = built_sample / "target" / "compiled" / "studylink" / "models"
    with duckdb.connect() as connection:
        connection.execute(
            """
            attach ':memory:' as study;
            attach ':memory:' as vault;
            attach ':memory:' as transient;
            create schema study.policy;
            create schema study.intermediate;
            use study.intermediate;
            create table study.policy.disclosure_control as select 10 as round_counts_to;
            """
        )
        connection.execute(
            """
            create table child as
            select 'send_futures' as study, row_number() over () as number, *
            from (select
                unnest(?) as need, unnest(?) as is_linkable_for_parents, unnest(?) as is_matched
            )
            """,
            columns,
        )
        connection.execute(
            f"""
            create table study.policy.linkage_characteristics as
            from read_csv(
                '{ROOT / "seeds" / "linkage_characteristics.csv"}', hive_partitioning = false
            );
            create table transient.main.int_children_linkable as
            select *, 'c' || number as participant_id, '8 to under 11' as age_band,
                false as is_linkable_for_child, false as is_awaiting_clerk
            from child;
            create table transient.main.int_only_children as
            select study, number as family_id, 'c' || number as participant_id from child;
            create table int_participants as
            select study, number as family_id, 'p' || number as participant_id, true as is_adult,
                true as is_active
            from child;
            create table vault.main.pseudonyms as
            select study, participant_id, 'r' || participant_id as research_id
            from int_participants;
            create table int_parent_survey_deidentified as
            select study, 'rp' || number as research_id, 1 as wave, need as child_send_need_label,
                null::boolean as child_has_ehcp, '' as support_rating_label
            from child;
            create table int_child_survey_deidentified as
            select study, '' as research_id, 1 as wave, '' as enjoys_school_label,
                '' as feels_supported_label
            from child limit 0;
            create table int_parent_interviews_deidentified as
            select study, '' as research_id, 1 as wave, '' as child_gender_label,
                '' as ethnic_group_label
            from child limit 0;
            create table int_areas_deidentified as
            select study, '' as research_id, 1 as imd_quintile, '' as rural_urban_label
            from child limit 0;
            """
        )
        for path in (
            "intermediate/quality/int_children_described.sql",
            "intermediate/quality/int_linkage_quality.sql",
            "marts/send_futures/send_futures__linkage_quality.sql",
        ):
            query = (compiled / path).read_text(encoding="utf-8")
            connection.execute(f"create view {Path(path).stem} as {query}")
        shown = {
            category: counts
            for category, *counts in connection.sql(
                "select category, children, children_matched, children_not_matched "
                "from send_futures__linkage_quality "
                "where characteristic in ('all', 'child_send_need')"
            ).fetchall()
        }
    # 253 found and 78 missed whose parents' answers count, and 14 found whose do not: 345 in all
    assert shown == {
        "All": [350, 270, 80],
        "Communication, interaction, cognition or learning": [190, 160, 30],
        "Another need, or several": [110, 80, 30],
        "Other or not known": [40, 30, 20],
    }
