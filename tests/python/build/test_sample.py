"""The shipped sample shows what it is there to show: faults few enough to see, and results."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.python.lib.project import research_rows, study_rows


def test_two_deliveries_hold_people_who_were_not_asked_for(built_sample: Path) -> None:
    """The agencies were asked about those permitted by then, and all others sent them alone."""
    checked = study_rows(
        built_sample,
        "select is_flagged, people_not_requested > 0, records_of_unknown_people > 0 "
        "from governance.delivery_checks",
    )
    assert len(checked) > 15
    assert sorted(checked)[-2:] == [(True, True, True)] * 2
    assert set(sorted(checked)[:-2]) == {(False, False, False)}


def test_every_step_of_every_flow_has_a_number(built_sample: Path) -> None:
    flows = study_rows(
        built_sample,
        "select study, domain, list(participants order by step_number) "
        "from governance.consent_flow group by all",
    )
    assert len(flows) > 5
    for study, domain, participants in flows:
        assert None not in participants, (study, domain)
        assert participants == sorted(participants, reverse=True)


@pytest.mark.parametrize("study", ["five_to_twelve", "send_futures"])
def test_linkage_quality_shows_most_of_its_categories(built_sample: Path, study: str) -> None:
    shown = research_rows(
        built_sample,
        f"select children, children_matched, children_not_matched from {study}.linkage_quality "
        "where category <> 'Other or not known'",
    )
    assert sum(None not in counts for counts in shown) > len(shown) * 2 / 3
