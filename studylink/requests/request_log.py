"""The request log: what was asked of which agency, when, and about whom, by token.

It is kept in `requests` under `STUDY_DATA`, outside the databases that builds replace: a folder for
each outbound request, and `request_log.csv` with a line for each, which is written last and never
changed. It names nobody. For each person asked about it holds a keyed pseudonym of a kind of its
own, so that a build can tell who was in a request and an erasure leaves no row about anybody in it.
"""

import csv
import io
import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass, fields
from pathlib import Path

import duckdb

from studylink.databases import sync
from studylink.files import csv as csv_table

LOG = "request_log.csv"
PEOPLE = "people.csv"
PERSON_KIND, MARK_KIND = "requested", "request"
"""What is between study and id in the message of a person's token and of the key's mark."""


class RequestLogError(Exception):
    """The log cannot be read; the message names file, place and remedy, and no value."""


@dataclass(frozen=True)
class Request:
    """One line of the log, every value as it is written there.

    `people` is how many were asked about, `file_sha256` the checksum of what was sent,
    `key_fingerprint` the supplier's key, and `key_mark` the pseudonym of the request's own id:
    a build with another pseudonym key makes another, and so knows that the tokens say nothing.
    """

    request_id: str
    supplier: str
    study: str
    domain: str
    as_of: str
    written_at: str
    people: str
    file_sha256: str
    key_fingerprint: str
    key_mark: str


COLUMNS = tuple(field.name for field in fields(Request))
_INSTANT = r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z"
_TOKEN = "[0-9a-f]{32}"
_NAME = r"\w[\w.-]*"
_FORMS = {
    "request_id": _NAME,
    "supplier": _NAME,
    "study": _NAME,
    "domain": _NAME,
    "as_of": _INSTANT,
    "written_at": _INSTANT,
    "people": r"[1-9]\d*",
    "file_sha256": "[0-9a-f]{64}",
    "key_fingerprint": "[0-9a-f]{32,}",
    "key_mark": _TOKEN,
}


@dataclass(frozen=True)
class RequestLog:
    """The requests of a data folder, in the order in which they were made."""

    folder: Path
    requests: tuple[Request, ...]

    def broken_off(self) -> list[str]:
        """Folders without a line: a request that was broken off before it was finished."""
        known = {request.request_id for request in self.requests}
        return sorted(
            place.name
            for place in self.folder.glob("*")
            if place.is_dir() and place.name not in known
        )


def read(data: Path) -> RequestLog:
    """The log under a data folder; an empty one if there is none.

    Raises `RequestLogError` where the log or a file that it names is not as it was written.
    """
    folder = data / "requests"
    file = folder / LOG
    if not file.exists():
        return RequestLog(folder, ())
    text = file.read_text(encoding="utf-8", errors="replace")
    header, *rows = csv.reader(text.splitlines()) if text else [[]]
    if tuple(header) != COLUMNS:
        raise _broken(file, "line 1: it should be " + ",".join(COLUMNS))
    requests: list[Request] = []
    for line, row in enumerate(rows, start=2):
        if len(row) != len(COLUMNS):
            raise _broken(file, f"line {line}: {len(row)} values instead of {len(COLUMNS)}")
        for column, value in zip(COLUMNS, row, strict=True):
            if not _is_readable(column, value):
                raise _broken(file, f"line {line}: {column} cannot be read")
        if any(row[0] == request.request_id for request in requests):
            raise _broken(file, f"line {line}: its request_id is in an earlier line")
        requests.append(Request(*row))
    if not text.endswith("\n"):
        raise _broken(file, f"line {len(requests) + 1}: it was cut short")
    log = RequestLog(folder, tuple(requests))
    _check_people(log)
    return log


def create_tables(connection: duckdb.DuckDBPyConnection, log: RequestLog) -> None:
    """Create the tables of the log in the in-memory catalog `landing`, all text.

    `landing.request_log.outbound_requests` has the columns of the log, one row per request;
    `landing.request_log.people_requested` has `request_id, person`, one row per person and request.
    """
    connection.execute("attach if not exists ':memory:' as landing")
    connection.execute("create schema if not exists landing.request_log")
    columns = ", ".join(f"{column} varchar" for column in COLUMNS)
    connection.execute(f"create or replace table landing.request_log.outbound_requests ({columns})")
    if log.requests:
        connection.executemany(
            "insert into landing.request_log.outbound_requests "
            f"values ({', '.join('?' * len(COLUMNS))})",
            [astuple(request) for request in log.requests],
        )
    people = (
        "select parse_filename(parse_dirpath(filename)) as request_id, person from "
        + _tokens(_people_files(log))
        if log.requests
        else "select null::varchar as request_id, null::varchar as person where false"
    )
    connection.execute(f"create or replace view landing.request_log.people_requested as {people}")


def add(log: RequestLog, request: Request, files: Mapping[str, bytes]) -> Path:
    """Write a request's files into a folder of its own, then its line; returns the folder.

    The folder gets its name when everything in it is on disk, and the line comes last, so that a
    request is in the log whole or not at all. The caller holds the data folder's lock.

    Raises `RequestLogError` where a value could not be read again; nothing is written then.
    """
    for column, value in zip(COLUMNS, astuple(request), strict=True):
        if not _is_readable(column, value):
            raise RequestLogError(
                f"the request log cannot hold this {column}: in the policy seeds, name it with "
                "letters of ASCII, digits, _, - and . alone"
            )
    log.folder.mkdir(mode=0o700, exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(prefix=".unfinished-", dir=log.folder))
    folder = log.folder / request.request_id
    try:
        for name, content in files.items():
            _append(unfinished / name, content)
        sync(unfinished)
        unfinished.rename(folder)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
    sync(log.folder)
    line = io.StringIO()
    writer = csv.writer(line, lineterminator="\n")
    if not (log.folder / LOG).exists():
        writer.writerow(COLUMNS)
    writer.writerow(astuple(request))
    _append(log.folder / LOG, line.getvalue().encode())
    sync(log.folder)
    return folder


def people_file(tokens: Iterable[str]) -> bytes:
    """The tokens of the people in a request, in the order of the tokens, which says nothing."""
    return "\n".join(["person", *sorted(tokens), ""]).encode()


def broken_off_message(log: RequestLog, name: str) -> str:
    """What to say about a folder without a line in the log."""
    return (
        f"{log.folder / name} has no line in {LOG}: the request was broken off before it "
        "was finished, and counts as never made. Do not send its file; delete the folder."
    )


def _is_readable(column: str, value: str) -> bool:
    return re.fullmatch(_FORMS[column], value, re.ASCII) is not None


def _append(file: Path, content: bytes) -> None:
    """Add to the end of a file that is its owner's alone: all of it, on disk, or nothing."""
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        before = os.fstat(descriptor).st_size
        try:
            written = 0
            while written < len(content):
                written += os.write(descriptor, content[written:])
            os.fsync(descriptor)
        except BaseException:
            os.ftruncate(descriptor, before)
            raise
    finally:
        os.close(descriptor)


def _check_people(log: RequestLog) -> None:
    """Raise `RequestLogError` unless every request has as many tokens as it says."""
    with duckdb.connect() as connection:
        for request, file in zip(log.requests, _people_files(log), strict=True):
            if not file.is_file():
                raise _broken(file, "the file is missing")
            try:
                people, good = connection.execute(
                    f"""
                    select
                        count(*),
                        count(distinct person) filter (regexp_full_match(person, '{_TOKEN}'))
                    from {_tokens([file])}
                    """
                ).fetchall()[0]
            except duckdb.Error:
                # its own message might quote what the file holds
                people, good = 0, 0
            if not people == good == int(request.people):
                raise _broken(
                    file, f"it does not hold {request.people} different tokens, one per line"
                )


def _people_files(log: RequestLog) -> list[Path]:
    return [log.folder / request.request_id / PEOPLE for request in log.requests]


def _tokens(files: Iterable[Path]) -> str:
    """A `read_csv` call over files of tokens."""
    return csv_table(files, ("person",), more=", filename = true")


def _broken(file: Path, what: str) -> RequestLogError:
    return RequestLogError(
        f"{file}, {what}. The request log is studylink's own and nobody else writes to "
        "it: put back what was there from a backup, then build again."
    )
