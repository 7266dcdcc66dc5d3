"""The oracle is itself judged: by the worked cases, and by a few points of the calendar."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from tests.python.lib import cases, oracle
from tests.python.lib.cases import CASES, Case
from tests.python.lib.oracle import STUDIES, birthday, judge, months_later
from tests.python.lib.worlds import (
    FIVE,
    RECORDS_BROUGHT,
    SEND,
    World,
    at_noon,
    landing_of,
    linkage_of,
    prefix_of,
    records_table,
    world_of_case,
)

AS_OF = oracle.as_instant(cases.AS_OF)


def verdict_of(world: World, as_of: datetime = AS_OF):
    """What the rules say of one world, with its own short ids."""
    return judge({**landing_of([]), **world.rows}, as_of)


def family(study: str = FIVE, born: str = "2018-11-05") -> World:
    world = World()
    world.add_participant(study, "mother")
    world.add_participant(study, "father")
    world.add_participant(study, "child", date_of_birth=born)
    return world


def yes(world: World, study: str, giver: str, subject: str, domain: str, at: str, **more) -> None:
    values = dict(answers_of="family" if study == FIVE else "child", answer="yes")
    world.add_permission(
        study,
        given_by=giver,
        records_of=subject,
        domain=domain,
        answered_at=at_noon(at),
        **{**values, **more},
    )


def ask(world: World, study: str, maker: str, request_type: str, about: str, at: str, **more):
    world.add_request(
        study,
        made_by=maker,
        request_type=request_type,
        about=about,
        received_at=at_noon(at),
        **{"scope": "person", "domain": "all", **more},
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_oracle_gives_every_worked_case(case: Case) -> None:
    verdict = judge(landing_of([world_of_case(case)]), AS_OF)
    who, domain, answers_of = linkage_of(case)
    person = (case.study, f"{prefix_of(0)}-{who}")
    permitted, reason, _ = verdict.decisions[*person, domain, answers_of]
    assert (reason, permitted) == (case.reason, case.reason == "permitted")
    if case.usable is not None:
        expected = sum(RECORDS_BROUGHT[delivery] for delivery in case.usable)
        assert verdict.rows.get((*person, records_table(case)), 0) == expected
    assert not verdict.quarantined


def test_every_case_has_a_name_of_its_own() -> None:
    assert len({case.name for case in CASES}) == len(CASES) == 51


@pytest.mark.parametrize(
    ("born", "age", "first_instant"),
    [
        ("2008-09-15", 16, datetime(2024, 9, 15)),
        ("2008-02-29", 16, datetime(2024, 2, 29)),
        ("2008-02-29", 18, datetime(2026, 2, 28)),
    ],
)
def test_a_birthday_begins_at_midnight_and_29_february_falls_on_the_28th(
    born: str, age: int, first_instant: datetime
) -> None:
    assert birthday(date.fromisoformat(born), age) == first_instant


@pytest.mark.parametrize(
    ("day", "later"),
    [
        (date(2023, 8, 31), date(2024, 2, 29)),
        (date(2022, 8, 31), date(2023, 2, 28)),
        (date(2023, 7, 1), date(2024, 1, 1)),
        (date(2023, 6, 30), date(2023, 12, 30)),
    ],
)
def test_a_window_of_six_months_ends_no_later_than_its_month(day: date, later: date) -> None:
    assert months_later(day, 6) == later


def test_the_age_of_own_decisions_is_the_studys() -> None:
    world = family(SEND, "2006-12-01")
    yes(world, SEND, "mother", "child", "education", "2023-11-01")
    at_18 = [{**study, "own_decision_age": "18"} for study in STUDIES]
    key = (SEND, "child", "education", "child")
    assert verdict_of(world).decisions[key] == (False, "not_given", None)
    landing = {**landing_of([]), **world.rows}
    lapsed = judge(landing, AS_OF, studies=at_18)
    assert lapsed.decisions[key] == (False, "lapsed", datetime(2024, 12, 1))
    the_day_before = judge(landing, datetime(2024, 11, 30, 23, 59, 59), studies=at_18)
    assert the_day_before.decisions[key][1] == "permitted"


def test_a_corrected_birthday_holds_at_all_instants_but_not_for_who_may_correct_it() -> None:
    world = family(SEND, "2008-09-15")
    yes(world, SEND, "mother", "child", "education", "2023-11-01")
    ask(
        world,
        SEND,
        "mother",
        "rectify",
        "child",
        "2024-01-01",
        field="date_of_birth",
        new_value="2007-09-15",
    )
    # As corrected, the child had turned 16 before the mother's yes: it was never hers to give.
    verdict = verdict_of(world)
    assert verdict.request_outcomes[SEND, "R01"] == ("honoured", None)
    assert verdict.decisions[SEND, "child", "education", "child"] == (False, "not_given", None)


def test_who_may_correct_a_name_is_judged_by_the_birthday_as_landed() -> None:
    world = family(SEND, "2010-09-15")
    born = {"field": "date_of_birth", "new_value": "2007-09-15"}
    ask(world, SEND, "mother", "rectify", "child", "2024-01-01", **born)
    named = {"field": "first_name", "new_value": "Zoe"}
    ask(world, SEND, "mother", "rectify", "child", "2024-02-01", **named)
    ask(world, SEND, "mother", "restrict", "child", "2024-02-01")
    outcomes = verdict_of(world).request_outcomes
    assert outcomes[SEND, "R02"] == ("honoured", None)
    assert outcomes[SEND, "R03"] == ("void", "covers_nobody")


def test_a_request_from_outside_the_family_is_void_and_a_permission_is_quarantined() -> None:
    world = family()
    world.add_participant(FIVE, "stranger", role="mother", family_id="elsewhere")
    ask(world, FIVE, "stranger", "erase", "mother", "2024-01-01")
    yes(world, FIVE, "stranger", "mother", "health", "2024-01-01", answer="no")
    verdict = verdict_of(world)
    assert verdict.request_outcomes == {(FIVE, "R01"): ("void", "outside_the_family")}
    assert set(verdict.quarantined.values()) == {"outside_the_family"}
    assert not verdict.unreadable
    assert verdict.rows[FIVE, "mother", "participants"] == 1


def test_an_unreadable_answer_stops_the_whole_family_and_a_copy_does_not() -> None:
    world = family()
    yes(world, FIVE, "mother", "mother", "health", "2023-11-01")
    world.rows["surveys/five_to_twelve/permissions"] *= 2
    key = (FIVE, "mother", "health", "family")
    verdict = verdict_of(world)
    assert verdict.quarantined == {("surveys/five_to_twelve/permissions", 2): "duplicate"}
    assert verdict.decisions[key][1] == "permitted"
    yes(world, FIVE, "father", "father", "health", "2023-11-01", answer="perhaps")
    verdict = verdict_of(world)
    assert verdict.quarantine_reasons["surveys/five_to_twelve/permissions", 3] == "unlisted: answer"
    assert {reason for _, reason, _ in verdict.decisions.values()} == {"unreadable"}
    assert verdict.rows[FIVE, "mother", "participants"] == 1


def test_an_objection_for_a_child_withholds_the_familys_answers_and_not_their_records() -> None:
    world = family()
    yes(world, FIVE, "mother", "mother", "health", "2023-11-01")
    world.add_answers(FIVE, "mother", 1, "2023-11-01")
    delivery = dict(delivery_id="D1", supplier="nhs_england", study=FIVE, domain="health")
    world.add(
        "governance/deliveries",
        **delivery,
        request_sent_at=at_noon("2024-01-10"),
        received_at=at_noon("2024-02-10"),
        identifiers_deleted_at=at_noon("2024-02-20"),
    )
    world.add("nhs_england/gp_events", delivery_id="D1", participant_id="mother")
    assert verdict_of(world).rows[FIVE, "mother", "parent_interviews"] == 1
    ask(world, FIVE, "child", "object", "child", "2024-03-01")
    verdict = verdict_of(world)
    assert (FIVE, "mother", "parent_interviews") not in verdict.rows
    assert (FIVE, "child", "participants") not in verdict.rows
    assert verdict.rows[FIVE, "mother", "gp_events"] == 1


def test_an_ambiguous_pupil_is_nobodys_until_a_clerk_decides() -> None:
    world = family(SEND, "2012-05-05")
    child = world.rows["surveys/send_futures/participants"][-1]
    world.add_pupil(child, "one", forename=" CHILD ")
    assert verdict_of(world).matches == {}, "nobody has permitted anything"
    yes(world, SEND, "mother", "child", "education", "2023-11-01")
    ask(world, SEND, "mother", "stop_linkage", "child", "2023-12-01")
    assert verdict_of(world).matches == {(SEND, "child"): "one"}
    world.add_pupil(child, "two")
    assert verdict_of(world).matches == {}

    def decided(pupil: str, decision: str, day: str) -> dict:
        world.add(
            "surveys/send_futures/clerical_decisions",
            study=SEND,
            participant_id="child",
            pupil_matching_ref=pupil,
            decision=decision,
            decided_at=at_noon(day),
        )
        return verdict_of(world).matches

    assert decided("two", "match", "2024-01-01") == {(SEND, "child"): "two"}
    assert decided("two", "no_match", "2024-01-01") == {}
    assert decided("two", "match", "2024-02-01") == {(SEND, "child"): "two"}
    assert decided("one", "match", "2024-01-15") == {(SEND, "child"): "two"}
    assert decided("one", "match", "2024-02-01") == {}
    assert decided("one", "match", "2024-02-02") == {(SEND, "child"): "one"}


def test_a_parents_answers_lead_to_a_child_only_where_every_record_is_usable_for_them() -> None:
    world = family(SEND, "2012-05-05")
    world.add_pupil(world.rows["surveys/send_futures/participants"][-1])
    world.add_answers(SEND, "mother", 1, "2023-11-01")
    world.add_answers(SEND, "child", 1, "2023-11-01")
    yes(world, SEND, "mother", "child", "education", "2023-11-01")
    yes(world, SEND, "mother", "child", "education", "2023-11-01", answers_of="parent")
    for delivery_id, received in (("D1", "2024-01-01"), ("D2", "2024-07-01")):
        world.add(
            "governance/deliveries",
            delivery_id=delivery_id,
            supplier="dfe",
            domain="education",
            received_at=at_noon(received),
        )
        world.add("dfe/absence", delivery_id=delivery_id, pupil_matching_ref="pupil")
    both = {(SEND, "mother"): True, (SEND, "child"): True}
    assert verdict_of(world).linked_child == both
    # From here on nothing is added to the parent's answers, so the second delivery is not theirs.
    no = dict(answers_of="parent", answer="no")
    yes(world, SEND, "mother", "child", "education", "2024-03-01", **no)
    assert verdict_of(world).linked_child == {**both, (SEND, "mother"): False}
    assert verdict_of(world).rows[SEND, "child", "absence"] == 2


def test_a_restriction_is_lifted_by_its_maker_later_and_not_at_the_same_instant() -> None:
    world = family()
    ask(world, FIVE, "mother", "restrict", "child", "2024-01-10")
    ask(world, FIVE, "mother", "lift_restriction", "child", "2024-01-10")
    key = (FIVE, "child", "education", "family")
    assert verdict_of(world).decisions[key] == (False, "restricted", datetime(2024, 1, 10, 12))
    ask(world, FIVE, "father", "lift_restriction", "child", "2024-01-11")
    assert verdict_of(world).decisions[key][1] == "restricted"
    ask(world, FIVE, "mother", "lift_restriction", "mother", "2024-01-11", scope="family")
    assert verdict_of(world).decisions[key] == (True, "permitted", None)
