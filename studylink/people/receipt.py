"""`studylink receipt`: what was done about a request, as the text of a letter."""

import argparse
import textwrap
from collections.abc import Iterator

from studylink import databases, published
from studylink.people import opening
from studylink.people.opening import Opened, Person
from studylink.people.story import instant
from studylink.release import shared as releases
from studylink.requests import request_log

WIDTH = 76

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
DONE = {
    "stop_linkage": "No record that comes after your request is linked.",
    "delete_linked": (
        "Linkage has stopped, and the records that had been linked are in none of the tables that "
        "are worked with or that researchers open."
    ),
    "resume_linkage": "Your yes counts from the moment of your request.",
    "restrict": "Nothing is used, and nothing is counted, until you lift the restriction.",
    "lift_restriction": "The restriction has ended, and all is as if it had not been.",
    "object": "Nothing is used or counted any more, for good.",
    "erase": "No database that the study works with holds anything on you any more.",
    "rectify": "The value was corrected, and everything sent out from then on has the new one.",
    "access": "What we hold was put together and locked, for you to open.",
}
REMAINS = {
    "stop_linkage": (
        "Records that were linked before your request stay linked: you may ask for them to be "
        "deleted as well.",
        "Your answers stay in the study.",
    ),
    "delete_linked": (
        "Your answers stay in the study.",
        "The files in which the records came are kept apart, and are not used.",
    ),
    "restrict": ("Everything is kept, unused.",),
    "object": ("The files in which answers and records came are kept apart, and are not used.",),
    "erase": (
        "The files in which answers and records came are cleared by those who keep them, who have "
        "a list of what to remove. Your request itself is kept, so that nothing comes back.",
        "What was said about other members of the family still counts for them, without a name.",
    ),
    "rectify": ("The files in which the old value came are not changed; the new one goes first.",),
    "access": (),
}
BACKUPS = "Backups hold older copies until they are overwritten."
VOID = {
    "outside_the_family": "A request counts only from somebody in the same family.",
    "covers_nobody": (
        "Nobody is covered by it: an adult may ask this for themself and for young children of the "
        "family, and a child for themself."
    ),
    "no_linkage": "Nothing of the kind may be linked in the first place.",
    "cannot_be_rectified": "The field cannot be corrected, or the new value cannot be read.",
}
"""Why a request is void, by the reason in `request_outcomes`."""


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
        select requests.*, outcomes.outcome, outcomes.reason, studies.title
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
    maker = opened.person(study, request["made_by"])
    return "\n\n".join(_paragraphs(opened, request, maker))


def _paragraphs(opened: Opened, request: dict, maker: Person) -> Iterator[str]:
    yield f"{request['title']}\n{instant(opened.as_of)}\n\nYour request {request['request_id']}"
    yield "Dear participant,"
    domain = "" if request["domain"] == "all" else f" ({request['domain'].replace('_', ' ')})"
    whom = maker.called(request["about"]).replace("you", "yourself")
    if request["scope"] == "family":
        whom = "everybody in your family for whom you may ask"
    yield _wrapped(
        f"On {instant(request['received_at'])} (UTC) we received your request "
        f"{ASKED[request['request_type']]}{domain}, for {whom}."
    )
    if request["outcome"] == "void":
        yield _wrapped(f"Nothing was done about it. {VOID[request['reason']]}")
    elif request["outcome"] == "open":
        yield _wrapped("It has not been answered yet; it is due within a calendar month.")
    else:
        yield f"What was done\n\n{_wrapped(_done(opened, request, maker))}"
        yield "What remains, and why\n\n" + "\n".join(
            _wrapped(f"- {line}", after="  ") for line in _remains(opened, request)
        )
    yield _wrapped(
        f"This letter says how things stood on {instant(opened.as_of)} (UTC). If you are not "
        "content with it, write to us; you may also complain to the Information Commissioner."
    )


def _done(opened: Opened, request: dict, maker: Person) -> str:
    said = DONE[request["request_type"]]
    if request["outcome"] == "too_late":
        said = (
            "Linkage has stopped. The time within which linked records can be deleted had passed, "
            "so those that were linked before your request stay linked."
        )
    covered = opened.rows(
        "select distinct participant_id from laid.int_requests_covering "
        "where study = $study and request_id = $request order by participant_id",
        study=request["study"],
        request=request["request_id"],
    )
    whom = sorted({maker.called(row["participant_id"]) for row in covered})
    given = opened.rows(
        "select given_at from study.governance.request_clocks "
        "where study = $study and request_id = $request and given_at is not null",
        study=request["study"],
        request=request["request_id"],
    )
    when = "".join(f" That was on {instant(row['given_at'])}." for row in given)
    return f"{said}{when} It was done for: {', '.join(whom)}."


def _remains(opened: Opened, request: dict) -> Iterator[str]:
    """What is still held here and elsewhere of those whom the request covers, and why."""
    lines = REMAINS.get(request["request_type"], ())
    if request["outcome"] == "too_late":
        lines = REMAINS["stop_linkage"][1:]
    yield from lines
    named = {"study": request["study"], "request": request["request_id"]}
    releases.create_tables(opened.connection, opened.data)
    shared = opened.rows(
        """
        select distinct shared.release_id, shared.shared_at
        from laid.int_records_shared as shared
        inner join laid.int_requests_covering as covering
            using (study, participant_id)
        where
            study = $study
            and covering.request_id = $request
            and covering.domain in ('all', shared.domain)
            and shared.shared_at <= covering.received_at
        order by shared.shared_at
        """,
        **named,
    )
    if shared and request["request_type"] in ("delete_linked", "object", "erase"):
        days = ", ".join(dict.fromkeys(f"{row['shared_at']:%-d %B %Y}" for row in shared))
        yield (
            f"Records had been shared with researchers before ({days}). Those copies cannot be "
            "recalled; no later one holds them."
        )
    log = request_log.read(opened.data)
    request_log.create_tables(opened.connection, log)
    covered = opened.rows(
        "select distinct participant_id from laid.int_requests_covering "
        "where study = $study and request_id = $request",
        **named,
    )
    tokens = [
        databases.pseudonym(request["study"], request_log.PERSON_KIND, row["participant_id"])
        for row in covered
    ]
    sent = opened.rows(
        """
        select requests.supplier, max(requests.as_of) as sent_at
        from landing.request_log.outbound_requests as requests
        inner join landing.request_log.people_requested as people using (request_id)
        where requests.study = $study and list_contains($tokens, people.person)
        group by requests.supplier
        order by requests.supplier
        """,
        study=request["study"],
        tokens=tokens,
    )
    for row in sent:
        yield (
            f"{row['supplier']} was sent names, addresses and dates of birth to find records, the "
            f"last time as of {row['sent_at'][:10]}, and has to certify that it deleted them."
        )
    yield BACKUPS


def _wrapped(text: str, after: str = "") -> str:
    return textwrap.fill(text, WIDTH, subsequent_indent=after)
