"""Each letter of `studylink receipt` says what is true, whatever else was said and asked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from studylink import databases
from studylink.people import opening, receipt
from studylink.people.opening import Opened
from studylink.requests import request_log
from tests.python.lib.cases import CASES
from tests.python.lib.worlds import prefix_of

EVERY = 6
"""Requests of each type and outcome, but void ones, whose letters are read."""


@pytest.fixture(scope="module")
def world(rules_world: Path) -> Iterator[Opened]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STUDY_DATA", str(rules_world / "data"))
        patch.setenv("STUDY_EXTRACTS", str(rules_world / "extracts"))
        with opening.opened() as opened:
            databases.set_pseudonym_key(opened.connection)
            yield opened


@pytest.fixture(scope="module")
def letters(world: Opened) -> dict[tuple[str, str], dict]:
    """By study and request: its type, outcome, whom it covers, and the text as one line."""
    rows = world.rows(
        """
        select
            *,
            array(
                select participant_id from laid.int_requests_covering as covering
                where
                    covering.study = outcomes.study
                    and covering.request_id = outcomes.request_id
            ) as covered
        from study.governance.request_outcomes as outcomes
        where outcome != 'void'
        qualify row_number() over (
            partition by request_type, outcome order by hash(request_id), study
        ) <= $every
        """,
        every=EVERY,
    )
    return {
        (row["study"], row["request_id"]): row
        | {"text": " ".join(receipt.letter(world, row["study"], row["request_id"]).split())}
        for row in rows
    }


def of_type(letters: dict[tuple[str, str], dict], kind: str) -> dict[tuple[str, str], dict]:
    return {key: row for key, row in letters.items() if row["request_type"] == kind}


def test_a_yes_counts_only_where_it_does(world: Opened, letters: dict) -> None:
    """And a resumption is neutral, or about nothing, only where it is."""
    found = set()
    for (study, request), row in of_type(letters, "resume_linkage").items():
        stances = world.rows(
            """
            select distinct stance
            from laid.int_requests_covering as covering
            inner join laid.family_members as maker
                on covering.study = maker.study and covering.made_by = maker.participant_id
            inner join study.intermediate.int_statements as statements
                on
                    covering.study = statements.study
                    and covering.participant_id = statements.participant_id
                    and covering.domain in ('all', statements.domain)
                    and covering.received_at = statements.said_at
                    and maker.member_number = statements.member_number
            where covering.study = $study and covering.request_id = $request
            """,
            study=study,
            request=request,
        )
        counted = {one["stance"] for one in stances}
        assert ("Your yes counts" in row["text"]) is ("yes" in counted)
        assert ("neither a yes nor a no:" in row["text"]) is ("neutral" in counted)
        assert counted or "nothing that may be linked" in row["text"]
        found |= counted
    assert {"yes", "neutral"} <= found


def test_a_mother_who_resumes_for_the_father_reads_that_it_does_not_count(world: Opened) -> None:
    name = "nobody resumes for another adult"
    (number,) = (number for number, case in enumerate(CASES) if case.name == name)
    (asked,) = world.rows(
        "select study, request_id from laid.int_requests_received "
        "where starts_with(made_by, $prefix) and request_type = 'resume_linkage'",
        prefix=prefix_of(number),
    )
    text = " ".join(receipt.letter(world, asked["study"], asked["request_id"]).split())
    assert "neither a yes nor a no: only the person themself may say yes" in text
    assert "Your yes counts" not in text


def test_a_restriction_has_ended_only_for_those_who_are_active(
    world: Opened, letters: dict
) -> None:
    active = {
        (row["study"], row["participant_id"])
        for row in world.rows(
            "select study, participant_id from study.intermediate.int_participants where is_active"
        )
    }
    ended = set()
    for (study, _), row in of_type(letters, "lift_restriction").items():
        are_active = {(study, person) in active for person in row["covered"]}
        assert ("No restriction stands" in row["text"]) is (True in are_active)
        assert ("another request stands" in row["text"]) is (False in are_active)
        ended |= are_active
    assert ended == {True, False}


def test_a_request_for_access_that_is_late_is_called_overdue(world: Opened, letters: dict) -> None:
    clocks = {
        (row["study"], row["request_id"]): row["due_on"]
        for row in world.rows("select * from study.governance.request_clocks")
    }
    late = set()
    for key, row in of_type(letters, "access").items():
        if row["outcome"] != "open":
            continue
        is_late = clocks[key] < world.as_of.date()
        assert f"{clocks[key]:%-d %B %Y}" in row["text"]
        assert ("overdue" in row["text"]) is is_late
        assert ("It is due by" in row["text"]) is not is_late
        late.add(is_late)
    assert late == {True, False}


def test_shared_records_are_named_exactly_where_the_outcome_says_so(letters: dict) -> None:
    shared = set()
    for row in letters.values():
        says = re.search(r"shared with researchers before \((\d[^)]*)\)", row["text"])
        assert bool(says) is (row["outcome"] == "honoured_already_shared")
        assert ("cannot be recalled" in row["text"]) is bool(says)
        shared.add((row["request_type"], bool(says)))
    assert {(kind, True) for kind in ("delete_linked", "erase")} <= shared


def test_a_stop_ends_areas_whenever_they_were_linked(world: Opened) -> None:
    """No delivery brings them: they are linked while that is permitted, and no longer."""
    (asked,) = world.rows(
        """
        select study, request_id
        from laid.int_requests_covering as covering
        inner join study.intermediate.int_linkages using (study, participant_id, domain)
        where request_type = 'stop_linkage' and domain = 'area'
        order by all
        limit 1
        """
    )
    text = " ".join(receipt.letter(world, asked["study"], asked["request_id"]).split())
    assert "no information about the home area is linked until you say otherwise" in text
    assert "linked before" not in text


def test_agencies_are_named_in_full(world: Opened, letters: dict) -> None:
    said = " ".join(row["text"] for row in letters.values())
    suppliers = {one.supplier for one in request_log.read(world.data).requests}
    assert "The Department for Work and Pensions was sent names" in said
    assert not [code for code in suppliers if re.search(rf"\b{code}\b", said)]


@pytest.mark.parametrize(
    "name, some, family, called, whose",
    [
        ("you", 1, 1, "you", "your"),
        ("the child", 1, 1, "the child", "the child's"),
        ("the child", 1, 2, "1 of the 2 children", "1 of the 2 children's"),
        ("the child", 2, 2, "the 2 children", "the 2 children's"),
        ("the mother", 2, 2, "the 2 mothers", "the 2 mothers'"),
    ],
)
def test_of_several_who_go_by_one_name_it_is_said_how_many(
    name: str, some: int, family: int, called: str, whose: str
) -> None:
    assert receipt._counted_out(name, some, family, False) == called
    assert receipt._counted_out(name, some, family, True) == whose
