"""Hundreds of random families, decided by the project and by the oracle alike.

All are laid into one landing folder and built once. Nothing is shrunk over builds: the smallest
world that differs is printed as data instead.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from tests.python.lib.cases import AS_OF
from tests.python.lib.findings import EXPECTED, found_alike, rows_accounted_for
from tests.python.lib.oracle import (
    PUPIL_TABLES,
    RESEARCH_TABLES,
    Landing,
    Verdict,
    as_instant,
    judge,
    table_of,
)
from tests.python.lib.project import built, research_columns, vault_rows
from tests.python.lib.random_worlds import draw_worlds
from tests.python.lib.request_logs import requests_drawn, write_request_log
from tests.python.lib.rules_world import WORLDS_DRAWN, WORLDS_TALKING, worlds
from tests.python.lib.worlds import (
    SEND,
    World,
    landing_of,
    places,
    prefix_of,
    read,
    world_of,
    write_landing,
)

# --------------------------------------------------------------------------------------------------
# Comparing
# --------------------------------------------------------------------------------------------------


@dataclass(repr=False)
class Judged:
    """One landing, judged by the oracle and built by the project."""

    worlds: list[World]
    landing: Landing
    verdict: Verdict
    data: Path

    def rows(self, query: str) -> list[tuple]:
        return vault_rows(self.data, query)

    def compare(self, expected: Mapping, found: Mapping) -> None:
        """Fail with the smallest world in which the two differ."""
        missing = object()
        owners = places(self.worlds)
        differing: dict[int | None, list[str]] = defaultdict(list)
        for key in sorted(expected.keys() | found.keys(), key=str):
            ours, theirs = expected.get(key, missing), found.get(key, missing)
            if ours != theirs:
                shown = ["nothing" if v is missing else repr(v) for v in (ours, theirs)]
                line = f"  {key}: by the rules {shown[0]}, built {shown[1]}"
                differing[owners.get(key, world_of(key))].append(line)
        if not differing:
            return
        smallest = min(
            differing, key=lambda index: -1 if index is None else self.worlds[index].size()
        )
        lines = [f"{len(differing)} of {len(self.worlds)} worlds differ", *differing[smallest][:20]]
        if smallest is not None:
            lines += [f"laid as {prefix_of(smallest)}:", self.worlds[smallest].described()]
        pytest.fail("\n".join(lines), pytrace=False)


def judged_in(worlds: list[World], folder: Path) -> Judged:
    """What is landed in `folder`/extracts, judged, beside what is built in `folder`/data."""
    landing, data = read(folder / "extracts"), folder / "data"
    verdict = judge(
        landing,
        as_instant(AS_OF),
        found_alike=found_alike(partial(vault_rows, data)),
        requested=requests_drawn(landing),
    )
    return Judged(worlds, landing, verdict, data)


def drawn_and_built(drawn: list[World], folder: Path) -> Path:
    landing = write_landing(drawn, folder / "extracts")
    write_request_log(requests_drawn(landing), folder / "data")
    built(folder / "extracts", folder / "data", AS_OF)
    return folder


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(None, id="a_sample"),
        # In one landing all the deliveries of thousands of worlds would meet all their children.
        *(
            pytest.param(start, id=f"from_{start}", marks=pytest.mark.long)
            for start in range(WORLDS_DRAWN + WORLDS_TALKING, 3000, 200)
        ),
    ],
)
def judged(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Judged:
    """The world that others share, or two hundred families more."""
    if request.param is None:
        return judged_in(worlds(), request.getfixturevalue("rules_world"))
    drawn = draw_worlds(request.param + 200)[request.param :]
    return judged_in(drawn, drawn_and_built(drawn, tmp_path_factory.mktemp("worlds")))


def agrees(judged: Judged, finding: str) -> None:
    expected, found = EXPECTED[finding]
    judged.compare(expected(judged.verdict), found(judged.rows))


def test_every_linkage_is_decided_for_the_reason_the_rules_give(judged: Judged) -> None:
    agrees(judged, "decisions")


def test_every_request_comes_to_what_the_rules_say(judged: Judged) -> None:
    agrees(judged, "request outcomes")


def test_every_faulty_row_is_quarantined_and_no_other(judged: Judged) -> None:
    agrees(judged, "quarantine")


def test_no_landed_row_is_lost(judged: Judged) -> None:
    found = rows_accounted_for(judged.rows)
    landed = {path: len(rows) for path, rows in judged.landing.items() if rows}
    assert {path: found.get(path, 0) for path in landed} == landed


def test_pseudonyms_are_kept_for_all_but_the_erased(judged: Judged) -> None:
    agrees(judged, "people")


def test_every_child_is_matched_with_the_pupil_that_they_are(judged: Judged) -> None:
    agrees(judged, "matches")


def test_a_child_who_agrees_in_everything_with_one_pupil_alone_is_found(judged: Judged) -> None:
    """Candidates are stored only for children whose linkage was ever permitted."""
    verdict = judge(judged.landing, as_instant(AS_OF))
    decided = {
        (row["study"], row["participant_id"])
        for path, rows in judged.landing.items()
        if table_of(path) == "clerical_decisions"
        for row in rows
    }
    expected = {
        (*person, pupil)
        for person, pupil in verdict.matches.items()
        if person[0] == SEND and person not in decided
    }
    assert len(expected) >= 5
    assert expected <= found_alike(judged.rows)


def test_the_vault_holds_what_was_rectified(judged: Judged) -> None:
    agrees(judged, "identities")


def test_whom_a_permitted_linkage_covers_may_be_asked_about_and_nobody_else(
    judged: Judged,
) -> None:
    agrees(judged, "people requestable")


def test_research_tables_hold_the_rows_that_are_usable_and_no_other(judged: Judged) -> None:
    agrees(judged, "rows published")


def test_answers_lead_to_records_only_where_all_of_those_are_usable_for_them(
    judged: Judged,
) -> None:
    agrees(judged, "answers linked")


def test_every_delivery_is_compared_with_its_request(judged: Judged) -> None:
    agrees(judged, "deliveries checked")


def test_records_of_people_who_withdrew_in_transit_are_to_be_destroyed(judged: Judged) -> None:
    agrees(judged, "to be destroyed")
    agrees(judged, "whose to destroy")


def test_every_row_that_bears_the_id_of_somebody_erased_is_to_be_purged(judged: Judged) -> None:
    agrees(judged, "to be purged")


def test_every_record_comes_to_the_first_fate_that_holds(judged: Judged) -> None:
    agrees(judged, "fates of records")


def test_a_familys_pseudonym_is_shared_only_by_answers_that_are_alike_in_their_link(
    judged: Judged,
) -> None:
    columns = research_columns(judged.data)
    for table in PUPIL_TABLES:
        assert "family_research_id" not in columns[SEND, table]
    kinds: dict[str, set[bool]] = defaultdict(set)
    for table in ("parent_survey", "child_survey"):
        if "family_research_id" in columns[SEND, table]:
            for family, is_linked in judged.rows(
                f"""
                select distinct family_research_id, linked_child_research_id is not null
                from research.{SEND}.{table}
                """
            ):
                kinds[family].add(is_linked)
    assert all(len(kind) == 1 for kind in kinds.values())


def test_a_difference_is_reported_with_the_smallest_world_that_shows_it(tmp_path: Path) -> None:
    drawn = draw_worlds(20)
    landing = write_landing(drawn, tmp_path)
    verdict = judge(landing, as_instant(AS_OF))
    judged = Judged(drawn, landing, verdict, tmp_path)
    judged.compare(verdict.decisions, dict(verdict.decisions))
    wrong = {key: (True, "permitted", None) for key in verdict.decisions}
    with pytest.raises(pytest.fail.Exception, match="worlds differ") as shown:
        judged.compare(verdict.decisions, wrong)
    assert any(world.described() in str(shown.value) for world in drawn)


def test_the_worlds_drawn_meet_every_reason_and_fault() -> None:
    """What is never drawn is never tested: this fails when the worlds grow tame."""
    drawn = draw_worlds(1000)
    landing = landing_of(drawn)
    verdict = judge(landing, as_instant(AS_OF), requested=requests_drawn(landing))
    reasons = {reason for _, reason, _ in verdict.decisions.values()}
    assert reasons == {
        "objected",
        "restricted",
        "pilot",
        "unreadable",
        "stopped",
        "deletion_requested",
        "refused",
        "lapsed",
        "not_given",
        "permitted",
    }
    assert {outcome for outcome in verdict.request_outcomes.values()} == {
        ("honoured", None),
        ("honoured_already_shared", None),
        ("open", None),
        ("too_late", None),
        ("void", "outside_the_family"),
        ("void", "covers_nobody"),
        ("void", "no_linkage"),
        ("void", "cannot_be_rectified"),
    }
    assert set(verdict.quarantined.values()) == {
        "duplicate",
        "conflicting_key",
        "empty",
        "unreadable",
        "unlisted",
        "unknown_participant",
        "unknown_pupil",
        "unknown_delivery",
        "delivery_mismatch",
        "incomplete_delivery",
        "child_in_adult_learning",
        "outside_the_family",
    }
    assert "unlisted: study" in verdict.quarantine_reasons.values()
    assert {table for table in verdict.to_purge if "nhs_england" in table}
    assert {table_of(path) for path in verdict.to_purge} >= {
        "participants",
        "permissions",
        "requests",
    }
    assert {table for _, _, table in verdict.rows} == {
        table for tables in RESEARCH_TABLES.values() for table in tables
    }
    assert set(verdict.linked_child.values()) == {True, False}
    assert {fate for _, fate in verdict.record_fates} == {
        "published",
        "quarantined",
        "not_received_yet",
        "nobody_in_a_study",
        "erased",
        "not_requested",
        "withdrawn_in_transit",
        "withdrawn",
        "not_certified",
        "not_permitted",
    }
    for known_from in ("request_log", "rule"):
        found = [c for c in verdict.checks.values() if c.request_known_from == known_from]
        assert any(check.is_flagged for check in found)
        assert any(check.people_withdrawn_meanwhile for check in found)
        assert any(check.people_in_request == check.people > 0 for check in found)
    assert all(
        check.people == check.people_in_request + check.people_not_requested
        for check in verdict.checks.values()
    )
