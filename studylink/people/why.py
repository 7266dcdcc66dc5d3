"""`studylink why`: the story of a decision, statement by statement, in the terminal."""

import argparse
from collections.abc import Iterator

from studylink.people import opening
from studylink.people.story import Story, instant, stories


def add_command(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register `studylink why`."""
    parser = subparsers.add_parser("why", help="why a participant is in, or out")
    parser.add_argument("--study", required=True)
    parser.add_argument("--participant", required=True, help="the id that the study gave them")
    parser.add_argument("--domain", help="one kind of record, as health; by default all")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the story of each decision, or say in one line why not and return 1."""
    return opening.answered(lambda: why(arguments.study, arguments.participant, arguments.domain))


def why(study: str, participant_id: str, domain: str | None) -> None:
    """Print how each linkage of a participant came to be decided; people go by their roles.

    Raises what `opening.opened` does, and `Refused` where there is nobody, or nothing to show.
    """
    with opening.opened() as opened:
        person = opened.person(study, participant_id)
        if person.is_erased:
            raise opening.Refused(
                "erasure was asked for: no table has a row about them, and nothing is linked. "
                "What the landed files still hold is counted in governance.to_purge"
            )
        told = stories(opened, person, domain)
        if not told:
            domains = sorted({story.domain for story in stories(opened, person)})
            raise opening.Refused(
                "no policy allows that anything of theirs is linked"
                + f" in that domain: --domain can be {', '.join(domains)}" * bool(domains)
            )
        print(f"{study}, {person.themself.role}, as of {opened.as_of:%-d %B %Y, %H:%M} UTC")
        for story in told:
            print("\n" + "\n".join(_lines(story)))


def _lines(story: Story) -> Iterator[str]:
    yield f"{story.domain}, added to the answers of: {story.answers_of}"
    if story.mode == "standard":
        yield "  linked unless somebody says no"
    else:
        yield "  linked only with a yes that counts"
    for event in story.events:
        who = "they" if event.who == "you" else event.who
        yield f"  {instant(event.at)}: {who} {event.what}"
        if event.counted:
            counts = "" if event.counted == "not counted" else "counts as "
            yield f"      {counts}{event.counted}" + f": {event.why}" * bool(event.why)
        if event.verdict:
            yield f"      from then on {event.verdict}"
    for row in story.unreadable:
        yield f"  cannot be read: {row}"
    yield f"  decision: {story.decision}"
    for delivery in story.deliveries:
        yield (
            f"  records of {delivery.supplier}, {instant(delivery.received_at)}"
            f" ({delivery.delivery_id}): "
            + ("used" if delivery.is_usable else "not used")
            + f": {delivery.why}"
        )
