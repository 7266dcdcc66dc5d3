"""`studylink why` gives each decision a story that ends as the decision does."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from studylink import cli
from studylink.people import opening
from studylink.people.opening import Member, Opened, Person
from studylink.people.story import BEGINNING, OUT_ALTOGETHER, Story, stories, why_neutral
from tests.python.lib.cases import CASES, Case
from tests.python.lib.worlds import SEND, linkage_of, prefix_of

EVERY = 5
"""One worked case in five, because each takes half a second."""
TOLD = {
    "the only yes is from a carer without parental responsibility": (
        ("the father", "neither", "without parental responsibility"),
    ),
    "yes and no by one parent at one instant": (
        ("the mother", "no", ""),
        ("the mother", "no", "at the same instant they said no"),
    ),
    "the father relents": (
        ("the mother", "yes", ""),
        ("the father", "no", "until 1 February 2024"),
        ("the father", "neither", "neither a yes nor a no"),
    ),
    "said yes at 15, which was not theirs to give": (
        ("you", "neither", "only from the birthday"),
        ("you", "", ""),
    ),
    "nobody resumes for another adult": (
        ("you", "yes", "when they spoke again"),
        ("you", "no", ""),
        ("the mother", "neither", "only the person themself may say yes"),
    ),
}
"""Who spoke, what it counted as, and part of the reason, event by event."""


@pytest.fixture(scope="module")
def world(rules_world: Path) -> Iterator[Opened]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STUDY_DATA", str(rules_world / "data"))
        patch.setenv("STUDY_EXTRACTS", str(rules_world / "extracts"))
        with opening.opened() as opened:
            yield opened


def story_of(world: Opened, case: Case) -> Story:
    who, domain, answers_of = linkage_of(case)
    person = world.person(case.study, f"{prefix_of(CASES.index(case))}-{who}")
    (story,) = (one for one in stories(world, person, domain) if one.answers_of == answers_of)
    return story


def test_each_story_ends_as_its_decision_does(world: Opened) -> None:
    for case in CASES[::EVERY]:
        story = story_of(world, case)
        assert (story.reason, story.is_permitted) == (case.reason, case.reason == "permitted")
        verdicts = [event.verdict for event in story.events if event.verdict]
        before = "permitted" if story.mode == "standard" else "not permitted"
        if case.reason not in OUT_ALTOGETHER:
            expected = "permitted" if story.is_permitted else "not permitted"
            assert [before, *verdicts][-1] == expected, case.name
        if case.usable is not None:
            usable = [one for one in story.deliveries if one.is_usable]
            assert len(usable) == len(case.usable), case.name
            assert all(one.why for one in story.deliveries), case.name
        # whatever did not count for what was said has a reason
        assert all(event.why for event in story.events if event.counted == "neither"), case.name


@pytest.mark.parametrize("name", TOLD)
def test_a_story_says_who_spoke_and_why_it_counted(world: Opened, name: str) -> None:
    (case,) = (case for case in CASES if case.name == name)
    events = story_of(world, case).events
    assert len(events) == len(TOLD[name])
    for event, (who, counted, why) in zip(events, TOLD[name], strict=True):
        assert (event.who, event.counted) == (who, counted)
        assert why in event.why


def test_a_yes_that_its_speaker_may_give_is_neutral_only_beside_another_answer() -> None:
    themself = Member("mother", "mother", 1, True, BEGINNING)
    person = Person("study", "mother", "family", False, (themself,))
    why = why_neutral(person, "mother", "yes", datetime(2024, 1, 1))
    assert "the same instant" in why and "child" not in why


def test_what_cannot_be_read_is_named_by_its_row(world: Opened) -> None:
    """In every family that is unreadable, and in no other."""
    people = world.rows(
        """
        select study, min(participant_id) as participant_id, is_unreadable
        from study.intermediate.int_participants
        group by study, family_id, is_unreadable
        qualify row_number() over (partition by is_unreadable order by study, family_id) <= 3
        """
    )
    assert {one["is_unreadable"] for one in people} == {True, False}
    for one in people:
        told = stories(world, world.person(one["study"], one["participant_id"]))
        assert all(bool(story.unreadable) == one["is_unreadable"] for story in told)


def test_nobody_who_is_unknown_has_a_story(
    rules_world: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("STUDY_DATA", str(rules_world / "data"))
    monkeypatch.setenv("STUDY_EXTRACTS", str(rules_world / "extracts"))
    for study, who, message in (
        ("nowhere", "x", "no such study"),
        (SEND, "nobody", "no participant with that id"),
    ):
        assert cli.main(["why", "--study", study, "--participant", who]) == 1
        said = capsys.readouterr()
        assert message in said.err and len(said.err.splitlines()) == 1
        assert said.out == "" and who not in said.err.split()
