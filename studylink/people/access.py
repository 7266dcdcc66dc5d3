"""`studylink access`: everything held on a person, locked, and on record that it was given."""

import argparse
import secrets
import sys
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from studylink import databases, published
from studylink.people import access_register, opening
from studylink.people.held import Held
from studylink.people.opening import Opened, Person
from studylink.people.pack import Pack, locked_by_password, new_password, zipped
from studylink.people.receipt import ASKED, why_void
from studylink.people.story import stories
from studylink.requests import openpgp


def add_command(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register `studylink access`."""
    parser = subparsers.add_parser("access", help="everything held on a participant, to give them")
    parser.add_argument("--study", required=True)
    parser.add_argument("--participant", required=True, help="the id that the study gave them")
    parser.add_argument(
        "--to-key",
        type=Path,
        metavar="FILE",
        help="lock it with their OpenPGP public key; by default with a new password",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Make the pack, or say in one line why not and return 1."""
    return opening.answered(
        lambda: access(arguments.study, arguments.participant, arguments.to_key)
    )


def access(study: str, participant_id: str, key_file: Path | None) -> None:
    """Write a person's access pack, locked, and its line in the register.

    Raises what `opening.opened` does, `Refused`, `KeyRefused` or `RegisterError`: no pack stands
    then, and none is on record.
    """
    key = openpgp.key_in(key_file, "the participant") if key_file else None
    with opening.opened(schemas=()) as opened:
        published.check_pseudonym_key(opened.connection)
        person = opened.person(study, participant_id)
        pack = made(opened, person)
        register = access_register.register(opened.data)
        waiting = opened.rows(
            """
            select request_id from study.governance.request_clocks
            inner join laid.int_requests_covering using (study, request_id)
            where
                study = $study
                and participant_id = $person
                and request_clocks.request_type = 'access'
                and outcome = 'open'
            order by request_id
            """,
            study=study,
            person=participant_id,
        )
    password = None if key else new_password()
    if key:
        content, name = openpgp.encrypted(zipped(pack.files()), key), f"{pack.pack_id}.zip.pgp"
    else:
        assert password is not None
        content, name = locked_by_password(pack.files(), password), f"{pack.pack_id}.zip"
    file = register.file.with_name(name)
    databases.write_whole(file, content)
    try:
        register.append(
            [
                {
                    "pack_id": pack.pack_id,
                    "study": study,
                    "person": databases.pseudonym(
                        study, access_register.PERSON_KIND, participant_id
                    ),
                    "as_of": f"{pack.as_of:%Y-%m-%dT%H:%M:%SZ}",
                    "given_at": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
                    "file_sha256": sha256(content).hexdigest(),
                }
            ]
        )
    except BaseException:
        # nothing is given that is not on record
        file.unlink()
        raise
    for warning in databases.warnings_of_development_keys(opened.extracts):
        print(f"Warning: {warning}", file=sys.stderr)
    print(f"{file}: {sum(len(one.rows) for one in pack.sections):,} rows. It is on record.")
    if key:
        print(f"It is encrypted to the key {key.fingerprint}.")
    if password:
        print(
            f"Password: {password}\nIt is kept nowhere. Give it to them by another way than the "
            "file, which opens with 7-Zip, WinZip or Keka."
        )
    if waiting:
        print(
            "From the next build on, answered: "
            + ", ".join(row["request_id"] for row in waiting)
            + ", if nobody else whom it covers is still to be given theirs."
        )
    else:
        print("No request for access about them is open: the register holds the pack all the same.")


def made(opened: Opened, person: Person) -> Pack:
    """The pack of a person, with nothing in it that is about anybody else."""
    (study,) = opened.rows(
        "select title from study.policy.studies where study = $study", study=person.study
    )
    outcomes = opened.rows(
        """
        select request_type, received_at, outcome, reason
        from study.governance.request_outcomes
        inner join laid.int_requests_received using (study, request_id, request_type)
        where
            study = $study
            and (
                $person in (about, made_by)
                or request_id in (
                    select request_id from laid.int_requests_covering
                    where study = $study and participant_id = $person
                )
            )
        order by received_at, request_id
        """,
        study=person.study,
        person=person.participant_id,
    )
    return Pack(
        pack_id=f"access-{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}",
        study=person.study,
        title=study["title"],
        participant_id=person.participant_id,
        role=person.themself.role,
        is_erased=person.is_erased,
        as_of=opened.as_of,
        stories=stories(opened, person),
        outcomes=[
            {
                "request": ASKED[one["request_type"]],
                "received_at": one["received_at"],
                "outcome": one["outcome"].replace("_", " "),
                "why": why_void(one["request_type"], one["reason"]),
            }
            for one in outcomes
        ],
        sections=list(Held(opened, person).sections()),
    )
