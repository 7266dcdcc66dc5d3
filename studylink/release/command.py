"""`studylink release`: what a research project receives; one person prepares it, another approves.

A release is a folder under `releases`. It is `prepared` when the folder is there: what it holds is
encrypted with a key derived from the vault's, and one person has signed what it is. It is
`registered` when another has signed, and the register of releases says whose records it holds. Only
then is anything of it readable, for the time of the hand-over: as an archive encrypted to the key
of the project, or in a folder of a secure place. Killed at any step, it is in one of these states,
and the same command goes on from there.
"""

import argparse
import getpass
import json
import os
import re
import shutil
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from hashlib import file_digest
from pathlib import Path

import duckdb
import pysequoia

from studylink import databases, landing, published
from studylink.attack import release as attack
from studylink.attack.figures import read_ceilings
from studylink.register import RegisterError
from studylink.release import content, eligibility, handed, safeguarded, shared, signatures, twin
from studylink.release import plan as plans
from studylink.release.content import Released
from studylink.release.eligibility import Refused
from studylink.requests import openpgp

PLAN, FIGURES, PEOPLE, CONTENT = "plan.yml", "figures.json", "people.csv", "content.duckdb"
STATEMENT, PREPARED, APPROVED = shared.STATEMENT, "prepared.asc", "approved.asc"
HANDED_OVER = "handed_over.txt"
UNFINISHED = ".unfinished-"
NAME = r"\w[\w.-]*"


def add_command(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register `studylink release`."""
    parser = subparsers.add_parser("release", help="what a research project receives")
    commands = parser.add_subparsers(required=True, metavar="STEP")
    shows = commands.add_parser("plan", help="the plan by default, to keep in a file and cut down")
    shows.add_argument("--project", required=True, help="the project's id")
    shows.set_defaults(run=_run(lambda given: show_plan(given.project)))
    prepares = commands.add_parser("prepare", help="make a release, to be approved by another")
    prepares.add_argument("--project", required=True, help="the project's id")
    prepares.add_argument("--plan", type=Path, help="a plan; by default all that it may have")
    prepares.set_defaults(run=_run(lambda given: prepare(given.project, given.plan, given.key)))
    approves = commands.add_parser("approve", help="register a release, and hand it over")
    approves.add_argument("release", help="the release's id, as `prepare` gave it")
    approves.add_argument("--to", type=Path, help="a folder of a secure place; not encrypted")
    approves.set_defaults(run=_run(lambda given: approve(given.release, given.to, given.key)))
    twins = commands.add_parser("twin", help="the same over invented families, to write code on")
    twins.add_argument("--project", help="the project's id; by default each study is written whole")
    twins.add_argument("--plan", type=Path, help="its plan; by default all that it may have")
    twins.add_argument("--to", type=Path, required=True, help="the folder to write it in")
    twins.set_defaults(run=_run(lambda given: twin.make(given.project, given.plan, given.to)))
    for one in (prepares, approves):
        one.add_argument(
            "--sign-with",
            dest="key",
            type=Path,
            required=True,
            help="your secret OpenPGP key; its passphrase is asked for, or in STUDY_PASSPHRASE",
        )


def _run(step: Callable[[argparse.Namespace], object]) -> Callable[[argparse.Namespace], int]:
    def run(arguments: argparse.Namespace) -> int:
        """Take a step, or say in one line why not and return 1."""
        try:
            step(arguments)
        except (
            Refused,
            plans.PlanRefused,
            signatures.SignatureRefused,
            published.NotCurrent,
            openpgp.KeyRefused,
            landing.LandingError,
            RegisterError,
            # nothing published, another vault key, a build at work, a disk that is full
            OSError,
        ) as error:
            print(f"No release: {error}", file=sys.stderr)
            return 1
        except duckdb.Error:
            # its own message might quote what a table holds
            print("No release: what is published cannot be read: run `dbt build`", file=sys.stderr)
            return 1
        return 0

    return run


# --------------------------------------------------------------------------------------------------
# Preparing
# --------------------------------------------------------------------------------------------------


def show_plan(project_id: str) -> None:
    """Print the plan by default of a project; raises what `_run` knows where it may have none."""
    with _at_work() as (data, connection):
        project, _ = _eligible(connection, project_id, data)
        columns = plans.columns_of_people(connection)
        plan = plans.default(project_id, columns, project.studies, project.domains)
    print(plan.written(), end="")


def prepare(project_id: str, plan_file: Path | None, secret_key: Path) -> str:
    """Make a release of what is published, and sign it; returns its id.

    Raises what `_run` knows, and leaves nothing, where there may be none.
    """
    with _at_work() as (data, connection):
        passphrase = _checked_signer(secret_key, data)
        project, moment = _eligible(connection, project_id, data)
        columns = plans.columns_of_people(connection)
        of_project = columns, project.studies, project.domains
        plan = (
            plans.read(plan_file, *of_project)
            if plan_file
            else plans.default(project_id, *of_project)
        )
        eligibility.require(eligibility.reasons_against(plan, project))
        release_id = _unused_id(data, project_id, moment)
        as_of = published.written(moment)
        released = eligibility.described(
            project,
            plan,
            plans.domains(columns, plan),
            release_id=release_id,
            as_of=as_of,
            citation=f"Linked research tables of {' and '.join(plan.tables)}, release {release_id} "
            f"to project {project.project_id}, permissions as of {as_of}.",
            is_invented=False,
        )
        releases = shared.folder(data)
        releases.mkdir(mode=0o700, exist_ok=True)
        unfinished = Path(tempfile.mkdtemp(prefix=UNFINISHED, dir=releases))
        databases.attach_file(
            connection, unfinished / CONTENT, content.RELEASE, _content_key(release_id)
        )
        content.write(connection, plan, released)
        tables = plan.tables
        if plan.access == plans.SAFEGUARDED:
            tables = safeguarded.keep_what_is_summed_up(connection, content.RELEASE)
        people = _people(connection, tables)
        if plan.access == plans.SAFEGUARDED:
            safeguarded.sum_up(connection, content.RELEASE, safeguarded.read_policy(connection))
        figures = _attacked(connection)
        connection.execute(f"checkpoint {content.RELEASE}")
        connection.execute(f"detach {content.RELEASE}")
        (unfinished / PLAN).write_text(plan.written(), encoding="utf-8")
        (unfinished / FIGURES).write_text(figures, encoding="utf-8")
        (unfinished / PEOPLE).write_text(people, encoding="utf-8")
        said = _of_what_was_said(connection)
        statement = _statement(unfinished, released, plan, said, shared.register(data).head())
        (unfinished / STATEMENT).write_bytes(statement)
        (unfinished / PREPARED).write_bytes(signatures.signed(statement, secret_key, passphrase))
        for file in (*unfinished.iterdir(), unfinished):
            databases.sync(file)
        unfinished.rename(releases / release_id)
        databases.sync(releases)
    print(
        f"{statement.decode()}\nPrepared and signed: {releases / release_id}. Another person "
        f"approves it with\n    studylink release approve {release_id} --sign-with FILE"
    )
    return release_id


def _people(connection: duckdb.DuckDBPyConnection, tables: plans.Tables) -> str:
    """Whom the release holds, by token and domain, in an order that says nothing."""
    rows = sorted(
        (study, databases.pseudonym(study, shared.PERSON_KIND, participant_id), domain)
        for study, participant_id, domain in connection.execute(
            content.records_shared(connection, tables)
        ).fetchall()
    )
    return "".join(",".join(row) + "\n" for row in [("study", "person", "domain"), *rows])


def _attacked(connection: duckdb.DuckDBPyConnection) -> str:
    """What intruders find in the release, as JSON; raises `Refused` where it is too much."""
    ceilings = read_ceilings(connection, "study.policy.attack_ceilings")
    known = attack.know(connection, "release_ids")
    attacked = attack.release_figures(connection, content.RELEASE, known, ceilings)
    eligibility.require([f"too many are found by {advice}" for advice in attacked.advice])
    rows = [
        json.dumps({name: _rounded(value) for name, value in one._asdict().items()})
        for one in attacked.figures
    ]
    return "[\n{}\n]\n".format(",\n".join(rows))


def _rounded(value: object) -> object:
    return round(value, 4) if isinstance(value, float) else value


def _of_what_was_said(connection: duckdb.DuckDBPyConnection) -> str:
    """The line of a statement by which two builds of one moment differ, if another no was read."""
    ((checksum,),) = connection.execute(
        "select permissions_checksum from study.governance.published_build"
    ).fetchall()
    return f"SHA-256 of what people said: {checksum}"


def _statement(folder: Path, released: Released, plan: plans.Plan, said: str, head: str) -> bytes:
    """The one text that both people sign: what is released, and what they say of it."""
    lines = [
        f"Release {released.release_id} to project {released.project_id}",
        f"Access: {released.access}",
        f"Studies: {released.studies}",
        f"Domains: {released.domains}",
        f"Family ids: {plan.family_ids_because or 'none'}",
        f"As of, permissions frozen: {released.as_of}",
        *(f"SHA-256 of {name}: {_checksum(folder / name)}" for name in _SIGNED),
        said,
        f"{shared.HEAD}{head}",
        *plans.STATEMENTS.values(),
        "What an intruder finds in it:",
        (folder / FIGURES).read_text(encoding="utf-8").rstrip(),
    ]
    return "".join(f"{line}\n" for line in lines).encode()


_SIGNED = (PLAN, CONTENT, PEOPLE, FIGURES)


# --------------------------------------------------------------------------------------------------
# Approving
# --------------------------------------------------------------------------------------------------


def approve(release_id: str, to: Path | None, secret_key: Path) -> None:
    """Sign a prepared release as a second person, register it, and hand it over.

    Raises what `_run` knows where it may not be handed over. What was approved or registered before
    a run was broken off is not done again.
    """
    with _at_work() as (data, connection):
        folder = shared.folder(data) / release_id
        if not re.fullmatch(NAME, release_id) or not (folder / STATEMENT).is_file():
            raise Refused(f"there is no prepared release {release_id}")
        if (folder / HANDED_OVER).exists():
            raise Refused((folder / HANDED_OVER).read_text(encoding="utf-8").strip())
        statement = (folder / STATEMENT).read_bytes()
        keys = data / "keys"
        preparer, fingerprint = signatures.signer(
            statement, (folder / PREPARED).read_bytes(), keys / "people"
        )
        released = _still_as_signed(connection, folder, statement, release_id)
        project, moment = _eligible(connection, released.project_id, data)
        eligibility.require(eligibility.reasons_beyond(released, project))
        is_of_build = _of_what_was_said(connection) in statement.decode().splitlines()
        if published.written(moment) != released.as_of or not is_of_build:
            raise Refused(
                f"it is of {released.as_of}, and something else has been published since: delete "
                f"{folder} and prepare it again"
            )
        # before anything is signed or registered
        key = (
            None if to else openpgp.public_key(keys / "projects", project.project_id, "the project")
        )
        is_registered = _is_registered(data, release_id)
        if to and (to / release_id).exists() and not is_registered:
            raise Refused(f"{to / release_id} is there already")
        if not (folder / APPROVED).exists():
            print(statement.decode())
            passphrase = _checked_signer(secret_key, data)
            signature = signatures.signed(statement, secret_key, passphrase)
            _check_other(statement, signature, keys / "people", preparer, fingerprint)
            _write(folder / APPROVED, signature)
        _check_other(
            statement, (folder / APPROVED).read_bytes(), keys / "people", preparer, fingerprint
        )
        if not is_registered:
            _register(data, folder, released)
        place = _hand_over(connection, folder, released, to, key)
    print(f"Registered and handed over: {place}")


def _still_as_signed(
    connection: duckdb.DuckDBPyConnection, folder: Path, statement: bytes, release_id: str
) -> Released:
    """What the release says it is; raises `Refused` where a file is not the one that was signed."""
    lines = statement.decode().splitlines()
    changed = [
        name
        for name in _SIGNED
        if not (folder / name).is_file()
        or f"SHA-256 of {name}: {_checksum(folder / name)}" not in lines
    ]
    if changed or lines[0].split(" to project ")[0] != f"Release {release_id}":
        raise Refused(
            f"{', '.join(changed) or STATEMENT} in {folder} is not what was signed: delete the "
            "folder, find out who changed it, and prepare the release again"
        )
    databases.attach_file(
        connection, folder / CONTENT, content.RELEASE, _content_key(release_id), read_only=True
    )
    (row,) = connection.execute(f"from {content.RELEASE}.about.release").fetchall()
    return Released(*row)


def _check_other(
    statement: bytes, signature: bytes, keys: Path, preparer: str, fingerprint: str
) -> None:
    """Raise `SignatureRefused` unless somebody else than the preparer signed."""
    approver, of_approver = signatures.signer(statement, signature, keys)
    if of_approver == fingerprint:
        raise signatures.SignatureRefused(
            f"{preparer} prepared it with the same key: another person approves"
        )
    if approver == preparer or signatures.are_of_one(keys, fingerprint, of_approver):
        raise signatures.SignatureRefused(
            f"{preparer} prepared it with another key of the same person: another person approves"
        )


def _is_registered(data: Path, release_id: str) -> bool:
    return any(row["release_id"] == release_id for row in shared.register(data).read())


def _register(data: Path, folder: Path, released: Released) -> None:
    """Put whom the release holds into the register."""
    _, *people = (folder / PEOPLE).read_text(encoding="utf-8").splitlines()
    shared_at = published.written(published.now())
    shared.register(data).append(
        {
            "release_id": released.release_id,
            "project_id": released.project_id,
            "shared_at": shared_at,
            "study": study,
            "person": person,
            "domain": domain,
            "key_mark": shared.mark(released.release_id),
        }
        for study, person, domain in (line.split(",") for line in people)
    )


def _hand_over(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    released: Released,
    to: Path | None,
    key: "pysequoia.Cert | None",
) -> Path:
    """Make what the project receives, and put it in its place; returns where."""
    beside = to if to else folder
    unfinished = beside / f"{UNFINISHED}{released.release_id}"
    # of a run that was broken off
    shutil.rmtree(unfinished, ignore_errors=True)
    whole = unfinished / released.release_id
    whole.mkdir(mode=0o700, parents=True)
    handed.make(connection, whole, *_release_before(folder.parent.parent, released))
    for name in (PLAN, STATEMENT, PREPARED, APPROVED):
        shutil.copyfile(folder / name, whole / name)
    if key is None:
        made, place = whole, beside / released.release_id
    else:
        name = f"{released.release_id}.zip"
        made, place = unfinished / f"{name}.pgp", beside / f"{name}.pgp"
        with zipfile.ZipFile(unfinished / name, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in sorted(whole.rglob("*")):
                archive.write(file, file.relative_to(unfinished))
        pysequoia.encrypt_file(recipients=[key], input=unfinished / name, output=made, armor=False)
        databases.sync(made)
    if place.is_dir():
        # of a run that was broken off when it was in its place
        shutil.rmtree(place)
    os.replace(made, place)
    databases.sync(beside)
    shutil.rmtree(unfinished)
    _write(
        folder / HANDED_OVER,
        f"it was handed over at {published.written(published.now())}, as {place}\n".encode(),
    )
    return place


# --------------------------------------------------------------------------------------------------
# Of both
# --------------------------------------------------------------------------------------------------


@contextmanager
def _at_work() -> Iterator[tuple[Path, duckdb.DuckDBPyConnection]]:
    """The data folder, locked, and what is published in it; nothing is spilled anywhere.

    What an earlier run left unfinished is removed first: nobody else is at work.
    """
    os.umask(0o077)
    data = databases.data_folder()
    if not data.is_dir():
        raise Refused(f"{data} is not there: run `dbt build` first, to the end")
    lock = databases.lock(data)
    try:
        _remove_unfinished(data)
        shared.check(data)
        with databases.connect(data) as connection:
            connection.execute("set temp_directory = ''")
            yield data, connection
    except Refused:
        _remove_unfinished(data)
        raise
    finally:
        os.close(lock)


def _remove_unfinished(data: Path) -> None:
    for left in shared.folder(data).glob(f"**/{UNFINISHED}*"):
        if left.is_dir():
            shutil.rmtree(left)
        else:
            left.unlink()


def _eligible(
    connection: duckdb.DuckDBPyConnection, project_id: str, data: Path
) -> tuple[eligibility.Project, datetime]:
    """The project and the moment of the published build; raises `Refused` or `NotCurrent`."""
    extracts = databases.extracts_folder()
    moment = published.checked_moment(connection, extracts, None)
    published.check_pseudonym_key(connection)
    if (days := published.days_old(moment)) > 0:
        print(
            f"Warning: the published build is {days:,} day(s) old, and a child may have come of "
            "age since: build for today before you release",
            file=sys.stderr,
        )
    for warning in databases.warnings_of_development_keys(extracts):
        print(f"Warning: {warning}", file=sys.stderr)
    landing.create_views(connection, landing.read_landing(extracts, "governance"))
    day = published.now().date()
    if not re.fullmatch(NAME, project_id):
        raise Refused("no such project is landed in governance/projects")
    project = eligibility.landed(connection, project_id, day)
    studies, domains = (
        [
            value
            for (value,) in connection.execute(
                f"select distinct {column} from study.policy.linkage_policies order by all"
            ).fetchall()
        ]
        for column in ("study", "domain")
    )
    eligibility.require(eligibility.reasons(project, day, studies, domains))
    return project, moment


def _checked_signer(secret_key: Path, data: Path) -> str | None:
    """The passphrase of a secret key, with which it signs as a person who may release."""
    passphrase = os.environ.get("STUDY_PASSPHRASE")
    if passphrase is None and sys.stdin.isatty():
        passphrase = getpass.getpass(f"Passphrase of {secret_key}, empty if it has none: ")
    probe = b"may this person release?"
    signature = signatures.signed(probe, secret_key, passphrase or None)
    signatures.signer(probe, signature, data / "keys" / "people")
    return passphrase or None


def _release_before(data: Path, released: Released) -> tuple[Path, str] | tuple[()]:
    """The content of the project's release before, with its key, if it is still there."""
    before = [
        row["release_id"]
        for row in shared.register(data).read()
        if row["project_id"] == released.project_id and row["release_id"] != released.release_id
    ]
    content = shared.folder(data) / before[-1] / CONTENT if before else None
    return (content, _content_key(before[-1])) if content and content.is_file() else ()


def _content_key(release_id: str) -> str:
    return databases.derived_key(databases.vault_key(), f"release/{release_id}/content")


def _unused_id(data: Path, project_id: str, moment: datetime) -> str:
    """An id that no release has: the first of its project and moment, or numbered from 2."""
    taken = {row["release_id"] for row in shared.register(data).read()}
    first = f"{project_id}-{moment:%Y%m%dT%H%M%SZ}"
    release_id, number = first, 1
    while release_id in taken or (shared.folder(data) / release_id).exists():
        number += 1
        release_id = f"{first}-{number}"
    return release_id


def _write(file: Path, data: bytes) -> None:
    """A file that is there whole or not at all."""
    beside = file.with_name(f"{UNFINISHED}{file.name}")
    beside.write_bytes(data)
    databases.sync(beside)
    os.replace(beside, file)
    databases.sync(file.parent)


def _checksum(file: Path) -> str:
    with file.open("rb") as opened:
        return file_digest(opened, "sha256").hexdigest()
