"""`studylink receipt`: what was done about a request, as the text of a letter."""

import argparse
import textwrap
from collections import Counter
from collections.abc import Collection, Iterator
from datetime import datetime
from functools import cached_property

from studylink import databases, published
from studylink.names import capitalised, in_full, named
from studylink.people import access_register, opening
from studylink.people.opening import Opened, Person
from studylink.people.story import instant, why_neutral
from studylink.release import shared as releases
from studylink.requests import request_log

WIDTH = 76
AREA = "area"
"""The domain that has no deliveries: it is linked while it is permitted."""

ASKED = {
    "stop_linkage": "to link no more records",
    "delete_linked": "to delete records that had been linked",
    "resume_linkage": "to link records again",
    "restrict": "to pause all use of what we hold",
    "lift_restriction": "to end the pause on the use of what we hold",
    "object": "to take no further part, and to have nothing more used",
    "erase": "to erase what we hold",
    "rectify": "to correct what we hold",
    "access": "to see what we hold",
}
ABOUT_LINKAGE = ("stop_linkage", "delete_linked", "resume_linkage")
"""The requests of which `domain` is read, and that an adult may make for anybody in the family."""
DONE = {
    "restrict": (
        "{Whose} answers and records are in no table that researchers open, nothing is sent to an "
        "agency, and no published figure counts them, until the restriction is lifted."
    ),
    "object": (
        "{Whose} answers and records are in no table that researchers open, nothing is sent to an "
        "agency, and no published figure counts them. That is for good."
    ),
    "erase": "No database that the study works with holds anything about {those} any more.",
    "rectify": (
        "The value was corrected for {those}. Everything sent out since then has the corrected "
        "value, or that of a later correction."
    ),
    "access": "What we hold about {those} was put together and locked, for you to open.",
}
"""What was done, where that does not depend on what else was said or asked."""
ANSWERS_STAY = "Answers given to the study are not affected."
NOTHING_DELETED = "Your request deletes nothing: that takes a request for erasure."
SAID_OF_OTHERS = "What was said about other members of the family still counts for them"
REMAINS = {
    "stop_linkage": (ANSWERS_STAY,),
    "delete_linked": (
        ANSWERS_STAY,
        "Your request does not change the files in which the records came. They are kept apart, "
        "and researchers never see them.",
    ),
    "restrict": (NOTHING_DELETED, f"{SAID_OF_OTHERS}."),
    "object": (NOTHING_DELETED, f"{SAID_OF_OTHERS}."),
    "erase": (
        "The files in which answers and records came are cleared by those who keep them, who have "
        "a list of what to remove. Your request itself is kept, so that nothing comes back.",
        f"{SAID_OF_OTHERS}, without a name.",
    ),
    "rectify": (
        "The files in which the old value came are not changed; the corrected value takes "
        "precedence.",
    ),
}
"""What remains after a request; after any other there is nothing to say."""
BACKUPS = "Backups hold older copies until they are overwritten."
VOID = {
    "outside_the_family": "A request counts only from somebody in the same family.",
    "no_linkage": "We were never allowed to link records of this kind.",
    "cannot_be_rectified": "The field cannot be corrected, or the new value cannot be read.",
}


def why_void(request_type: str, reason: str | None) -> str:
    """Why a request is void, by its reason in `request_outcomes`; empty where it is not void."""
    if reason == "covers_nobody":
        whom = (
            "anybody in the family"
            if request_type in ABOUT_LINKAGE
            else "themself and for young children of the family"
        )
        return (
            f"It covers nobody: an adult may ask this for {whom}, and a child for themself alone."
        )
    return VOID[reason] if reason else ""


def add_command(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register `studylink receipt`."""
    parser = subparsers.add_parser("receipt", help="what was done about a request, as a letter")
    parser.add_argument("--study", required=True)
    parser.add_argument("--request", required=True, help="the id that the contractor gave it")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the letter, or say in one line why there is none and return 1."""
    return opening.answered(lambda: receipt(arguments.study, arguments.request))


def receipt(study: str, request_id: str) -> None:
    """Print a letter to the person who made a request.

    Raises what `opening.opened` and `letter` do.
    """
    with opening.opened() as opened:
        published.check_pseudonym_key(opened.connection)
        databases.set_pseudonym_key(opened.connection)
        print(letter(opened, study, request_id))


def letter(opened: Opened, study: str, request_id: str) -> str:
    """What was done about a request, as a letter that names nobody.

    Raises `Refused` where the request has no outcome.
    """
    found = opened.rows(
        """
        select
            requests.*,
            outcomes.outcome,
            outcomes.reason,
            studies.title,
            studies.deletion_window_months
        from study.governance.request_outcomes as outcomes
        inner join laid.int_requests_received as requests
            using (study, request_id)
        inner join study.policy.studies as studies using (study)
        where study = $study and request_id = $request
        """,
        study=study,
        request=request_id,
    )
    if not found:
        raise opening.Refused(
            "no request of that study and id has an outcome: it was not landed, was received "
            "after the moment of the build, or is in governance.quarantined_records"
        )
    (request,) = found
    return "\n\n".join(_Letter(opened, request).paragraphs())


class _Letter:
    """The letter about one request; each sentence of it is true whatever was said since."""

    def __init__(self, opened: Opened, request: dict):
        self.opened, self.request = opened, request
        self.named = {"study": request["study"], "request": request["request_id"]}
        self.kind, self.outcome = request["request_type"], request["outcome"]
        self.maker: Person = opened.person(request["study"], request["made_by"])

    def paragraphs(self) -> Iterator[str]:
        request, as_of = self.request, instant(self.opened.as_of)
        yield f"{request['title']}\n{as_of}\n\nYour request {request['request_id']}"
        yield "Dear participant,"
        yield _wrapped(
            f"On {instant(request['received_at'])} (UTC) we received your request "
            f"{ASKED[self.kind]}{self._domain()}, for {self._whom()}."
        )
        if self.outcome == "void":
            yield _wrapped(f"Nothing was done about it. {why_void(self.kind, request['reason'])}")
        elif self.outcome == "open":
            yield _wrapped(self._due())
        else:
            yield f"What was done\n\n{_wrapped(' '.join(self._done()))}"
            if self.kind in REMAINS:
                yield "What remains, and why\n\n" + "\n".join(
                    _wrapped(f"- {line}", after="  ") for line in self._remains()
                )
        yield _wrapped(
            f"This letter says how things stood on {as_of} (UTC). If you are not satisfied with "
            "it, write to us; you may also complain to the Information Commissioner."
        )

    def _domain(self) -> str:
        is_read = self.kind in ABOUT_LINKAGE and self.request["domain"] != "all"
        return f" ({named(self.request['domain'])})" if is_read else ""

    def _whom(self) -> str:
        """For whom it was asked, whether or not it covers them."""
        if self.request["scope"] == "family" and self.request["is_from_the_family"]:
            return "everybody in your family for whom you may ask"
        return self.maker.called(self.request["about"]).replace("you", "yourself")

    @cached_property
    def _covered(self) -> set[str]:
        """The participants whom the request covers."""
        rows = self.opened.rows(
            "select participant_id from laid.int_requests_covering "
            "where study = $study and request_id = $request",
            **self.named,
        )
        return {row["participant_id"] for row in rows}

    @cached_property
    def _said(self) -> dict[tuple[str, str], set[str]]:
        """What it counted as when it was made, by participant and domain; none of the erased."""
        rows = self.opened.rows(
            """
            select participant_id, domain, list(distinct stance) as stances
            from study.intermediate.int_statements
            where
                study = $study
                and member_number = $member
                and said_at = $at
                and list_contains($covered, participant_id)
                and $domain in ('all', domain)
            group by participant_id, domain
            """,
            study=self.request["study"],
            member=self.maker.themself.number,
            at=self.request["received_at"],
            covered=sorted(self._covered),
            domain=self.request["domain"],
        )
        return {(row["participant_id"], row["domain"]): set(row["stances"]) for row in rows}

    @cached_property
    def _clock(self) -> dict:
        (clock,) = self.opened.rows(
            "select due_on, given_at from study.governance.request_clocks "
            "where study = $study and request_id = $request",
            **self.named,
        )
        return clock

    def _due(self) -> str:
        """By when what is asked for is due, and of whom it has not been given yet."""
        packs = access_register.register(self.opened.data)
        packs.create_table(self.opened.connection, "access_register", "packs")
        given = self.opened.rows(
            "select participant_id from laid.int_accesses_given "
            "where study = $study and request_id = $request",
            **self.named,
        )
        waiting = self._covered - {row["participant_id"] for row in given}
        due_on = self._clock["due_on"]
        by = f"by {due_on:%-d %B %Y}"
        is_late = due_on < self.opened.as_of.date()
        return f"What we hold about {self._called(waiting)} has not been put together yet. " + (
            f"It was due {by} and is overdue." if is_late else f"It is due {by}."
        )

    def _done(self) -> Iterator[str]:
        if self.kind in ABOUT_LINKAGE:
            yield from self._counted()
        elif self.kind == "lift_restriction":
            yield from self._lifted()
        else:
            yield DONE[self.kind].format(
                those=self._called(self._covered),
                Whose=capitalised(self._called(self._covered, is_possessive=True)),
            )
        if self.kind == "access":
            yield f"That was on {instant(self._clock['given_at'])}."

    def _counted(self) -> Iterator[str]:
        """What a request about linkage came to, for each whom it covers."""
        heard = {person for person, _ in self._said}
        if self.kind == "resume_linkage":
            yield from self._resumed()
        elif heard:
            those, has_others = self._called(heard), heard != {self.maker.participant_id}
            if self.outcome == "too_late" or self.kind == "stop_linkage":
                yield f"For {those}, no {self._stopped()} until you say otherwise."
            else:
                yield (
                    f"For {those}, linkage was stopped, and what had been linked was taken out of "
                    "every table that we or researchers work with. That holds until you say "
                    "otherwise."
                )
            if has_others:
                yield "Anybody who decides for themself may say otherwise about their own records."
            if self.outcome == "too_late" and self._has_deliveries():
                yield (
                    "The time within which linked records can be deleted had passed, so those that "
                    "were linked before your request are not deleted."
                )
        if nothing := self._covered - heard:
            yield f"For {self._called(nothing)} there is nothing that may be linked."

    def _resumed(self) -> Iterator[str]:
        counted = {
            stance: {person for (person, _), said in self._said.items() if stance in said}
            for stance in ("yes", "neutral", "no")
        }
        if counted["yes"]:
            yes = (
                f"Your yes counts for {self._called(counted['yes'])} from the moment of your "
                "request until you say otherwise"
            )
            if counted["yes"] == {self.maker.participant_id}:
                yield f"{yes}."
            else:
                yield f"{yes}, or, for a child, until they are old enough to decide for themself."
            yield "That alone does not link records: somebody else's no may stand."
        reasons: dict[str, set[str]] = {}
        for person in counted["neutral"]:
            why = why_neutral(
                self.opened.person(self.request["study"], person),
                self.maker.participant_id,
                self.kind,
                self.request["received_at"],
            )
            reasons.setdefault(why, set()).add(person)
        for why, people in sorted(reasons.items()):
            yield (
                f"For {self._called(people)} your request counts as neither a yes nor a no: {why}. "
                "It takes the place of what you said before."
            )
        if counted["no"]:
            yield "Where you said no at the same instant, the no stands."

    def _stopped(self) -> str:
        """What is not linked: areas come in no delivery, and end whenever they were linked."""
        records, area = "record that comes after your request is linked", "about the home area"
        if not self._has_deliveries():
            return f"information {area} is linked"
        has_area = any(domain == AREA for _, domain in self._said)
        return records + f", and no information {area}," * has_area

    def _has_deliveries(self) -> bool:
        """Whether it is about any records that come in deliveries."""
        return any(domain != AREA for _, domain in self._said)

    def _lifted(self) -> Iterator[str]:
        rows = self.opened.rows(
            "select participant_id from study.intermediate.int_participants "
            "where study = $study and is_active and list_contains($covered, participant_id)",
            study=self.request["study"],
            covered=sorted(self._covered),
        )
        active = {row["participant_id"] for row in rows}
        if active:
            yield (
                f"No restriction stands for {self._called(active)} any longer: all is as if there "
                "had been none."
            )
        # not which: it may be a child's own
        if inactive := self._covered - active:
            yield (
                f"{capitalised(self._called(inactive, is_possessive=True))} answers and records "
                "are still not used, because another request stands."
            )

    def _remains(self) -> Iterator[str]:
        """What is still held here and elsewhere of those whom the request covers, and why."""
        if self.outcome == "too_late":
            yield from REMAINS["stop_linkage"]
        else:
            if self.kind == "stop_linkage" and self._has_deliveries():
                months = self.request["deletion_window_months"]
                until = f", up to {months} months after your family last took part"
                yield (
                    "Records that were linked before your request are not affected by it. You may "
                    f"ask for them to be deleted as well{until if months is not None else ''}."
                )
            yield from REMAINS[self.kind]
        if self.outcome == "honoured_already_shared":
            until = " until you say otherwise" * (self.kind == "delete_linked")
            days = ", ".join(f"{day:%-d %B %Y}" for day in self._shared_on())
            yield (
                f"Records had been shared with researchers before ({days}). Those copies cannot "
                "be recalled. Copies made since we acted on your request leave the records out"
                f"{until}."
            )
        for supplier, written_at in self._sent():
            yield (
                f"{capitalised(in_full(supplier))} was sent names, addresses, dates of birth and "
                f"sex to find records, most recently in a request of {written_at:%-d %B %Y}. It "
                "has to delete them afterwards, and to certify that it has."
            )
        yield BACKUPS

    def _shared_on(self) -> list[datetime]:
        """When records were shared for which it came too late, as `int_request_parts` has it."""
        releases.create_tables(self.opened.connection, self.opened.data)
        rows = self.opened.rows(
            """
            with

            asked as (
                select study, participant_id, domain, received_at
                from laid.int_deletions
                where study = $study and request_id = $request and is_honoured
                union all
                select study, participant_id, null as domain, received_at
                from laid.int_requests_covering
                where
                    study = $study
                    and request_id = $request
                    and request_type in ('object', 'erase')
            )

            select distinct date_trunc('day', shared.shared_at) as shared_on
            from laid.int_records_shared as shared
            inner join asked using (study, participant_id)
            where
                shared.domain != 'answers'
                and shared.domain = coalesce(asked.domain, shared.domain)
                and shared.shared_at <= asked.received_at
            order by shared_on
            """,
            **self.named,
        )
        return [row["shared_on"] for row in rows]

    def _sent(self) -> list[tuple[str, datetime]]:
        """Each agency that was sent identities of theirs, and when last."""
        request_log.create_tables(self.opened.connection, request_log.read(self.opened.data))
        rows = self.opened.rows(
            """
            select requests.supplier, max(requests.written_at)::timestamp as written_at
            from landing.request_log.outbound_requests as requests
            inner join landing.request_log.people_requested as people using (request_id)
            where requests.study = $study and list_contains($tokens, people.person)
            group by requests.supplier
            order by requests.supplier
            """,
            study=self.request["study"],
            tokens=[
                databases.pseudonym(self.request["study"], request_log.PERSON_KIND, person)
                for person in self._covered
            ],
        )
        return [(row["supplier"], row["written_at"]) for row in rows]

    def _called(self, people: Collection[str], is_possessive: bool = False) -> str:
        """What to call some of the family: `you, 1 of the 2 children and the father`."""
        family = Counter(self.maker.called(one.participant_id) for one in self.maker.family)
        found = Counter(map(self.maker.called, people))
        *first, last = (
            _counted_out(name, found[name], family[name], is_possessive)
            for name in sorted(found, key=lambda name: (name != "you", name))
        )
        return f"{', '.join(first)} and {last}" if first else last


def _counted_out(name: str, some: int, all_of_them: int, is_possessive: bool) -> str:
    """Some of those in a family who go by one name."""
    if all_of_them > 1:
        _, _, noun = name.partition(" ")
        nouns = "children" if noun == "child" else f"{noun}s"
        name = (
            f"the {some} {nouns}" if some == all_of_them else f"{some} of the {all_of_them} {nouns}"
        )
    if not is_possessive:
        return name
    return "your" if name == "you" else f"{name}'" if name.endswith("s") else f"{name}'s"


def _wrapped(text: str, after: str = "") -> str:
    return textwrap.fill(text, WIDTH, subsequent_indent=after)
