"""How each decision about a person came about: what was said, what counted, and what followed.

What counted, what was permitted and what is usable is read from the tables of the build. Only why a
statement did not count is worked out here, from who said it and when.
"""

from dataclasses import dataclass
from datetime import datetime

from studylink.people.opening import Opened, Person

BEGINNING, END = datetime(1, 1, 1), datetime(9999, 12, 31)
"""What stands for always and for never in the tables of permission."""

REASONS = {
    "permitted": "permitted",
    "objected": "there is an objection, which is for good",
    "restricted": "there is a restriction, which lasts until it is lifted",
    "pilot": "a family of the pilot is never linked to anything",
    "unreadable": "a row about the family cannot be read, and may be a no",
    "stopped": "linkage was stopped, or deletion was asked for too late",
    "deletion_requested": "deletion was asked for, in time",
    "refused": "somebody whose no counts answered no",
    "lapsed": "old enough to decide, and has not said yes: a parent's yes no longer counts",
    "not_given": "nobody who may say yes has said it",
}
"""The reasons of `linkage_decisions`, in words."""

SAID = {
    "yes": "said yes",
    "no": "said no",
    "refused": "would not answer",
    "dont_know": "did not know",
    "stop_linkage": "asked to stop",
    "delete_linked": "asked to delete what was linked",
    "resume_linkage": "asked to resume",
    "restrict": "asked for a restriction: in no table until it is lifted",
    "lift_restriction": "lifted a restriction",
    "object": "objected: in no table",
    "erase": "asked for erasure",
}
OUT_ALTOGETHER = ("objected", "restricted", "pilot", "unreadable")
"""Reasons for which nothing of a person's is used, whatever was permitted."""
NEITHER = ("refused", "dont_know")
NOES = ("no", "stop_linkage", "delete_linked")

STATEMENTS = """
with

said as (
    select
        domain,
        answers_of,
        given_by as said_by,
        answered_at as said_at,
        answer as said,
        case
            when row_fault is not null then row_fault
            when answered_at > $as_of then 'after_the_build'
        end as not_heard
    from laid.int_permissions_checked
    where
        study = $study
        and records_of = $person
        and (row_fault is null or row_fault = 'outside_the_family')
    union all
    select
        linkages.domain,
        linkages.answers_of,
        requests.made_by as said_by,
        requests.received_at as said_at,
        requests.request_type as said,
        case
            when not requests.is_from_the_family then 'outside_the_family'
            when covering.request_id is null then 'not_covered'
        end as not_heard
    from laid.int_requests_received as requests
    inner join study.intermediate.int_linkages as linkages
        on
            requests.study = linkages.study
            and requests.domain in ('all', linkages.domain)
            and linkages.participant_id = $person
    left join laid.int_requests_covering as covering
        on
            requests.study = covering.study
            and requests.request_id = covering.request_id
            and covering.participant_id = $person
    where
        requests.study = $study
        and requests.request_type in ('stop_linkage', 'delete_linked', 'resume_linkage')
        and (
            requests.about = $person
            or (requests.scope = 'family' and list_contains($family, requests.about))
        )
)

select
    said.*,
    statements.stance,
    statements.objection
from said
inner join study.intermediate.int_linkages as linkages
    on
        linkages.study = $study
        and linkages.participant_id = $person
        and said.domain = linkages.domain
        and said.answers_of = linkages.answers_of
left join laid.family_members as speaker
    on
        speaker.study = $study
        and said.said_by = speaker.participant_id
left join study.intermediate.int_statements as statements
    on
        statements.study = $study
        and statements.participant_id = $person
        and said.domain = statements.domain
        and said.answers_of = statements.answers_of
        and speaker.member_number = statements.member_number
        and said.said_at = statements.said_at
        and said.not_heard is null
order by said.said_at, speaker.member_number, said.said
"""

# what takes a person out altogether, and brings them back
LEAVING = """
select received_at, request_type, made_by
from laid.int_requests_covering
where
    study = $study
    and participant_id = $person
    and request_type in ('restrict', 'lift_restriction', 'object', 'erase')
order by received_at, request_type
"""

UNREADABLE = """
with

quarantined as (
    select source_table, row_number, row_fault, study, family_id, participant_id
    from laid.stg_surveys__participants
    union all
    select source_table, row_number, row_fault, study, null, unnest([given_by, records_of])
    from laid.int_permissions_checked
    where row_fault != 'outside_the_family'
    union all
    select source_table, row_number, row_fault, study, null, unnest([made_by, about])
    from laid.int_requests_checked
)

select distinct source_table, row_number, row_fault
from quarantined
where
    row_fault != 'duplicate'
    and (study = $study or study is null or study not in (select study from study.policy.studies))
    and (family_id = $family_id or list_contains($family, participant_id))
order by source_table, row_number
"""

DELIVERIES = """
with

deletions as (
    select domain, max(received_at) as deleted_at
    from laid.int_deletions
    where study = $study and participant_id = $person and is_honoured
    group by domain
),

linkages as (
    select linkages.domain, linkages.answers_of, deletions.deleted_at
    from study.intermediate.int_linkages as linkages
    left join deletions on linkages.domain = deletions.domain
    where linkages.study = $study and linkages.participant_id = $person
),

brought as (
    select delivery_id, is_requested
    from vault.main.delivery_people
    where study = $study and participant_id = $person
    union all
    select deliveries.delivery_id, null
    from study.intermediate.int_deliveries as deliveries
    inner join vault.main.pupil_matches as matches
        on matches.study = $study and matches.participant_id = $person
    where deliveries.is_held_by_dfe and deliveries.is_received
)

select
    linkages.domain,
    linkages.answers_of,
    linkages.deleted_at,
    deliveries.delivery_id,
    deliveries.supplier,
    deliveries.is_held_by_dfe,
    deliveries.request_sent_at,
    deliveries.received_at,
    deliveries.is_certified,
    brought.is_requested,
    usable.delivery_id is not null as is_usable
from linkages
inner join study.intermediate.int_deliveries as deliveries
    on linkages.domain = deliveries.domain
inner join brought
    on deliveries.delivery_id = brought.delivery_id
left join study.intermediate.int_deliveries_usable as usable
    on
        usable.study = $study
        and usable.participant_id = $person
        and linkages.domain = usable.domain
        and linkages.answers_of = usable.answers_of
        and deliveries.delivery_id = usable.delivery_id
order by deliveries.received_at, deliveries.delivery_id
"""


@dataclass(frozen=True)
class Event:
    """Something that was said, or a birthday: who by role alone, what it counted as, and why.

    `counted` is `yes`, `no`, `neither` or `not counted`, and empty where nothing was said;
    `verdict` is whether the linkage was permitted from then on, where that changed.
    """

    at: datetime
    who: str
    what: str
    counted: str
    why: str
    verdict: str


@dataclass(frozen=True)
class Delivery:
    """Records that came in a linkage's domain, and whether they may be used."""

    delivery_id: str
    supplier: str
    received_at: datetime
    is_usable: bool
    why: str


@dataclass(frozen=True)
class Story:
    """One linkage: how it came to be decided, and what that means for records."""

    domain: str
    answers_of: str
    mode: str
    is_permitted: bool
    reason: str
    decided_at: datetime | None
    events: tuple[Event, ...]
    deliveries: tuple[Delivery, ...]
    unreadable: tuple[str, ...]

    @property
    def decision(self) -> str:
        """The decision at the moment of the build, in words."""
        when = f", since {instant(self.decided_at)}" if self.decided_at else ""
        if self.is_permitted:
            needs = "nobody's no stands" if self.mode == "standard" else "a yes that counts stands"
            return f"permitted{when}: {needs}"
        return f"not permitted{when}: {REASONS[self.reason]}"


def stories(opened: Opened, person: Person, domain: str | None = None) -> list[Story]:
    """The story of each linkage of a person, or of those in one domain."""
    named = {"study": person.study, "person": person.participant_id}
    family = [one.participant_id for one in person.family]
    statements = opened.rows(STATEMENTS, **named, family=family, as_of=opened.as_of)
    leaving = opened.rows(LEAVING, **named)
    unreadable = opened.rows(
        UNREADABLE, study=person.study, family_id=person.family_id, family=family
    )
    deliveries = opened.rows(DELIVERIES, **named)
    intervals = opened.rows(
        "select * from study.intermediate.int_permitted_intervals "
        "where study = $study and participant_id = $person order by permitted_from",
        **named,
    )
    decisions = opened.rows(
        """
        select decisions.*, linkages.mode
        from study.governance.linkage_decisions as decisions
        inner join study.intermediate.int_linkages as linkages
            using (study, participant_id, domain, answers_of)
        where study = $study and participant_id = $person
        order by domain, answers_of
        """,
        **named,
    )
    told = []
    for decision in decisions:
        if domain not in (None, decision["domain"]):
            continue
        linkage = (decision["domain"], decision["answers_of"])
        permitted = [
            (one["permitted_from"], one["permitted_until"])
            for one in intervals
            if (one["domain"], one["answers_of"]) == linkage
        ]
        said = [one for one in statements if (one["domain"], one["answers_of"]) == linkage]
        told.append(
            Story(
                domain=decision["domain"],
                answers_of=decision["answers_of"],
                mode=decision["mode"],
                is_permitted=decision["is_permitted"],
                reason=decision["reason"],
                decided_at=decision["decided_at"],
                events=_events(opened, person, said, leaving, permitted),
                deliveries=tuple(
                    Delivery(
                        one["delivery_id"],
                        one["supplier"],
                        one["received_at"],
                        one["is_usable"],
                        _why_usable(one, permitted, decision["reason"]),
                    )
                    for one in deliveries
                    if (one["domain"], one["answers_of"]) == linkage
                    and not _has_nothing(opened, one, permitted, decision["reason"])
                ),
                unreadable=tuple(
                    f"{one['source_table']}, row {one['row_number']}: {one['row_fault']}"
                    for one in unreadable
                ),
            )
        )
    return told


def instant(moment: datetime) -> str:
    """A moment as people write it, UTC: without its time at the start of a day."""
    return f"{moment:%-d %B %Y}" if moment == _day(moment) else f"{moment:%-d %B %Y, %H:%M}"


def _day(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def _events(
    opened: Opened,
    person: Person,
    said: list[dict],
    leaving: list[dict],
    permitted: list[tuple[datetime, datetime]],
) -> tuple[Event, ...]:
    """Everything that happened to one linkage, in order, with what it changed."""
    happened: list[tuple[datetime, str, str, str, str]] = []
    for one in said:
        counted, why = _counted(person, one, said)
        happened.append(
            (one["said_at"], person.called(one["said_by"]), SAID[one["said"]], counted, why)
        )
    for one in leaving:
        what = SAID[one["request_type"]]
        happened.append((one["received_at"], person.called(one["made_by"]), what, "", ""))
    birthday = person.themself.decides_from
    if BEGINNING < birthday <= opened.as_of:
        what = "reached the age at which they decide for themself"
        happened.append((birthday, person.called(person.participant_id), what, "", ""))
    # the birthday comes first: what is said at that instant is said by somebody of age
    happened.sort(key=lambda one: (one[0], one[3] != ""))
    events, verdict = [], _verdict(permitted, BEGINNING)
    for number, (at, who, what, counted, why) in enumerate(happened):
        is_last_then = number + 1 == len(happened) or happened[number + 1][0] != at
        now = _verdict(permitted, at)
        changed = is_last_then and at <= opened.as_of and now != verdict
        events.append(Event(at, who, what, counted, why, now if changed else ""))
        if changed:
            verdict = now
    return tuple(events)


def _verdict(permitted: list[tuple[datetime, datetime]], at: datetime) -> str:
    is_permitted = any(begin <= at < end for begin, end in permitted)
    return "permitted" if is_permitted else "not permitted"


def _counted(person: Person, one: dict, said: list[dict]) -> tuple[str, str]:
    """What a statement counted as at its instant, and why it counted for less than was said."""
    match one["not_heard"]:
        case "outside_the_family":
            return "not counted", "nobody outside the family is heard"
        case "not_covered":
            return "not counted", "a child asks for themself alone"
        case "after_the_build":
            return "not counted", "it was said after the moment of the build"
    stance = {"neutral": "neither"}.get(one["stance"], one["stance"])
    why = why_neutral(person, one["said_by"], one["said"], one["said_at"]) * (stance == "neither")
    meant = "no" if one["said"] in NOES else "yes"
    if stance != "neither" and one["said"] not in NEITHER and stance != meant:
        why = f"at the same instant they said {stance}, which goes before it"
    later = [
        other["said_at"]
        for other in said
        if other["said_by"] == one["said_by"]
        and other["said_at"] > one["said_at"]
        and other["stance"]
    ]
    if later:
        until = f"until {instant(min(later))}, when they spoke again"
        why = f"{why}; {until}" if why else until
    return stance, why


def why_neutral(person: Person, said_by: str, said: str, said_at: datetime) -> str:
    """Why what was said about a person's records counted as neither a yes nor a no."""
    if said in NEITHER:
        return "it is neither a yes nor a no"
    speaker = next(member for member in person.family if member.participant_id == said_by)
    decides = said_at >= person.themself.decides_from
    if said in NOES:
        return "a child says no for themself alone"
    if speaker is person.themself:
        if not decides:
            return "a child's yes counts only from the birthday on which they decide for themself"
    elif decides:
        return "only the person themself may say yes"
    elif speaker.role == "child":
        return "a child may not say yes for another"
    elif not speaker.has_parental_responsibility:
        return "without parental responsibility nobody may say yes for a child"
    return "an answer of the same instant, neither a yes nor a no, goes before it"


def _has_nothing(
    opened: Opened, one: dict, permitted: list[tuple[datetime, datetime]], reason: str
) -> bool:
    """Whether DfE's delivery holds no record of theirs: it would be usable, and is not."""
    return (
        one["is_held_by_dfe"]
        and not one["is_usable"]
        and reason not in OUT_ALTOGETHER
        and any(
            begin <= opened.as_of
            and one["received_at"] < end
            and (one["deleted_at"] is None or begin > one["deleted_at"])
            for begin, end in permitted
        )
    )


def _why_usable(one: dict, permitted: list[tuple[datetime, datetime]], reason: str) -> str:
    """Why records of a delivery may be used or not, by what the rules ask of a delivery."""

    def was_permitted(at: datetime) -> bool:
        return any(begin <= at < end for begin, end in permitted)

    if one["is_usable"]:
        if one["is_held_by_dfe"]:
            return "permitted after DfE had the records"
        return "permitted when they were asked for and when they came; the agency has certified"
    if reason in OUT_ALTOGETHER:
        return REASONS[reason]
    if one["is_held_by_dfe"]:
        if one["deleted_at"]:
            return f"deleted on {instant(one['deleted_at'])}, and not permitted since"
        return "not permitted at any moment since DfE had the records"
    why = [
        words
        for words, holds in (
            ("not permitted when they were asked for", not was_permitted(one["request_sent_at"])),
            ("not permitted when they came", not was_permitted(one["received_at"])),
            (
                "deleted since",
                one["deleted_at"] is not None and one["received_at"] <= one["deleted_at"],
            ),
            (
                "the agency has not certified yet that it deleted what it matched on",
                not one["is_certified"],
            ),
        )
        if holds
    ]
    return "; ".join(why)
