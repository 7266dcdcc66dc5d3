"""`studylink request`: the outbound file of a supplier and domain, encrypted, and its entry.

It reads what was published, never the landed files, so that who is asked about is decided in one
place; the landed files are read only to see whether they have changed since.
"""

import argparse
import csv
import io
import json
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import duckdb
from pysequoia import Cert

from studylink import databases, published
from studylink.requests import openpgp, request_log
from studylink.requests.request_log import MARK_KIND, PERSON_KIND, Request, RequestLog

COLUMNS = (
    "participant_id",
    "first_name",
    "last_name",
    "address_line_1",
    "address_line_2",
    "town",
    "postcode",
    "date_of_birth",
    "sex",
)
"""All that leaves about a person: the unique ID and what an agency matches on."""
NO_REQUEST_NEEDED = {
    "area": "area data needs no request: areas are looked up by postcode in what ONS publishes"
}


class Refused(Exception):
    """No request is made; the message says why and what would remedy it, and names nobody."""


class BrokenOff(Exception):
    """Requests were made before something failed; the message names them."""


@dataclass(frozen=True)
class Outbound:
    """One file to be sent: the people of one study, in the clear in memory alone."""

    study: str
    people: Sequence[tuple]

    def content(self) -> bytes:
        """The file as CSV (RFC 4180), UTF-8, ordered by unique ID."""
        text = io.StringIO(newline="")
        writer = csv.writer(text, lineterminator="\r\n")
        writer.writerow(COLUMNS)
        writer.writerows(self.people)
        return text.getvalue().encode()

    def tokens(self) -> Iterator[str]:
        """The request log's token of each person."""
        return (
            databases.pseudonym(self.study, PERSON_KIND, participant_id)
            for participant_id, *_ in self.people
        )


def add_command(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register `studylink request`."""
    parser = subparsers.add_parser("request", help="the encrypted file that asks for records")
    parser.add_argument("--supplier", required=True, help="who is asked, as nhs_england")
    parser.add_argument("--domain", required=True, help="what is asked for, as health")
    parser.add_argument(
        "--as-of",
        help="the moment it must be of, as 2026-06-30T00:00:00Z; by default that of the build",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Make the request, or say in one line why not and return 1."""
    try:
        request(arguments.supplier, arguments.domain, arguments.as_of)
    except (
        Refused,
        published.NotCurrent,
        openpgp.KeyRefused,
        request_log.RequestLogError,
        # nothing published, another vault key, a build at work, a disk that is full
        OSError,
    ) as error:
        print(f"No request was made: {error}", file=sys.stderr)
        return 1
    except BrokenOff as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def request(supplier: str, domain: str, as_of: str | None) -> None:
    """Write the outbound files of a supplier and domain, one for each study that has people.

    Raises `Refused`, `NotCurrent`, `KeyRefused`, `RequestLogError` or `OSError` where no request
    was made, and `BrokenOff` where some were, and not all.
    """
    data, extracts = databases.data_folder(), databases.extracts_folder()
    if not data.is_dir():
        raise Refused(f"{data} is not there: run `dbt build` first, to the end")
    # nor may a build publish meanwhile: the vault would be of one and the study of another
    lock = databases.lock(data)
    try:
        log = request_log.read(data)
        for name in log.broken_off():
            print(request_log.broken_off_message(log, name), file=sys.stderr)
        try:
            with databases.connect(data) as connection:
                # nothing is spilled: not even encrypted
                connection.execute("set temp_directory = ''")
                _check_pair(connection, supplier, domain)
                moment = published.checked_moment(connection, extracts, as_of)
                published.check_pseudonym_key(connection)
                key = openpgp.public_key(data / "keys", supplier)
                outbound = _outbound(connection, supplier, domain)
        except duckdb.Error:
            # its own message might quote what a table holds
            raise Refused("what is published cannot be read: run `dbt build`") from None
        for warning in published.warnings(moment, extracts):
            print(f"Warning: {warning}", file=sys.stderr)
        made: list[str] = []
        try:
            for one in outbound:
                log, file = _write(log, one, supplier, domain, moment, key)
                made.append(log.requests[-1].request_id)
                print(_made_message(log.requests[-1], file))
        except (OSError, request_log.RequestLogError) as error:
            if not made:
                raise
            raise BrokenOff(
                f"Made, and in the request log: {', '.join(made)}. Then it was broken off, and no "
                f"more requests were made: {error}"
            ) from error
    finally:
        os.close(lock)


def _check_pair(connection: duckdb.DuckDBPyConnection, supplier: str, domain: str) -> None:
    """Raise `Refused` unless the supplier delivers records of the domain in answer to requests."""
    if domain in NO_REQUEST_NEEDED:
        raise Refused(NO_REQUEST_NEEDED[domain])
    try:
        pairs = connection.execute(
            "select supplier, domain from study.intermediate.int_domains_requestable order by all"
        ).fetchall()
    except duckdb.CatalogException:
        raise Refused("what is published is of an older studylink: run `dbt build`") from None
    if (supplier, domain) not in pairs:
        there_are = ", ".join(f"{supplier} {domain}" for supplier, domain in pairs)
        raise Refused(f"nobody delivers that; --supplier and --domain can be {there_are}")


def _outbound(connection: duckdb.DuckDBPyConnection, supplier: str, domain: str) -> list[Outbound]:
    """The people of each study whom a request may name, in the order of their ids.

    Raises `Refused` if there are none.
    """
    rows = connection.execute(
        f"""
        select
            requestable.study,
            {", ".join(f"identities.{column}" for column in COLUMNS)}
        from study.intermediate.int_people_requestable as requestable
        inner join vault.main.identities
            on
                requestable.study = identities.study
                and requestable.participant_id = identities.participant_id
        where
            requestable.supplier = ?
            and requestable.domain = ?
        order by requestable.study, requestable.participant_id
        """,
        [supplier, domain],
    ).fetchall()
    if not rows:
        raise Refused(
            f"there is nobody to ask {supplier} about: nobody outside the pilot has a permitted "
            f"linkage of {domain} for which a request is needed"
        )
    people: dict[str, list[tuple]] = {}
    for study, *person in rows:
        people.setdefault(study, []).append(tuple(person))
    return [Outbound(study, of_study) for study, of_study in people.items()]


def _write(
    log: RequestLog, outbound: Outbound, supplier: str, domain: str, as_of: datetime, key: Cert
) -> tuple[RequestLog, Path]:
    """Encrypt one file, and put it with its manifest and tokens into the request log.

    Returns the log with the request as its last, and the encrypted file.
    """
    taken = {request.request_id for request in log.requests} | {*log.broken_off()}
    request_id = published.unused_id(f"{outbound.study}-{supplier}-{domain}", as_of, taken)
    sent = openpgp.encrypted(outbound.content(), key)
    entry = Request(
        request_id=request_id,
        supplier=supplier,
        study=outbound.study,
        domain=domain,
        as_of=published.written(as_of),
        written_at=published.written(datetime.now(UTC)),
        people=str(len(outbound.people)),
        file_sha256=sha256(sent).hexdigest(),
        key_fingerprint=key.fingerprint,
        key_mark=databases.pseudonym(outbound.study, MARK_KIND, request_id),
    )
    name = f"{request_id}.csv.pgp"
    manifest = {
        "request_id": request_id,
        "supplier": supplier,
        "study": outbound.study,
        "domain": domain,
        "as_of": entry.as_of,
        "written_at": entry.written_at,
        "rows": len(outbound.people),
        "columns": COLUMNS,
        "file": name,
        "bytes": len(sent),
        "sha256": entry.file_sha256,
        "key_fingerprint": key.fingerprint,
    }
    folder = request_log.add(
        log,
        entry,
        {
            name: sent,
            "manifest.json": (json.dumps(manifest, indent=2) + "\n").encode(),
            request_log.PEOPLE: request_log.people_file(outbound.tokens()),
        },
    )
    return RequestLog(log.folder, (*log.requests, entry)), folder / name


def _made_message(request: Request, file: Path) -> str:
    """What to say about a request that was made."""
    return (
        f"{file}: {int(request.people):,} people of {request.study}, encrypted to the key "
        f"{request.key_fingerprint} of {request.supplier}.\n"
        f"Send it with manifest.json. The delivery that answers it has request_sent_at "
        f"{request.as_of}."
    )
