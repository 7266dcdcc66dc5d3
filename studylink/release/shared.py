"""The register of releases: whose records, of which domain, were shared with whom and when.

It is `releases/register.csv` under `STUDY_DATA`, a row for each release, person and domain,
written before the release is handed over. A person stands in it as a keyed pseudonym of a kind of
its own. The domain of those whose answers were shared is `answers`.
"""

from pathlib import Path

import duckdb

from studylink import databases
from studylink.register import Register, RegisterError

COLUMNS = ("release_id", "project_id", "shared_at", "study", "person", "domain", "key_mark")
"""`key_mark` is the pseudonym of the release's id, which another pseudonym key would not give."""
PERSON_KIND, MARK_KIND = "shared", "release"
ANSWERS = "answers"
STATEMENT = "statement.txt"
HEAD = "Last checksum of the register before: "
"""What stands before the checksum in a release's statement, which two people sign."""


def folder(data: Path) -> Path:
    """Where the releases of a data folder are, with their register."""
    return data / "releases"


def register(data: Path) -> Register:
    """The register of a data folder's releases."""
    return Register(folder(data) / "register.csv", COLUMNS)


def mark(release_id: str) -> str:
    """The mark of the pseudonym key that is set."""
    return databases.pseudonym(MARK_KIND, MARK_KIND, release_id)


def check(data: Path) -> None:
    """Raise `RegisterError` where the register is broken, or was written with another key.

    With another key a build would find nobody in it, and think that nothing was shared.
    """
    with duckdb.connect() as connection:
        create_tables(connection, data)
        marks = connection.execute(
            "select distinct release_id, key_mark from landing.releases.records_shared"
        ).fetchall()
    if any(key_mark != mark(release_id) for release_id, key_mark in marks):
        raise RegisterError(
            f"{register(data).file} was written with another pseudonym key, so nobody in it can be "
            "found: set DBT_ENV_SECRET_PSEUDONYM_KEY to that key"
        )


def create_tables(connection: duckdb.DuckDBPyConnection, data: Path) -> None:
    """Lay the register as `landing.releases.records_shared`, all text.

    Raises `RegisterError` where it is broken, or lacks lines that were there when a release was
    prepared.
    """
    _check_end(data)
    register(data).create_table(connection, "releases", "records_shared")


def _check_end(data: Path) -> None:
    """What was cut off at the end shows in the statements of the releases that are still there."""
    heads = set(register(data).heads())
    for statement in sorted(folder(data).glob(f"*/{STATEMENT}")):
        for line in statement.read_text(encoding="utf-8").splitlines():
            if line.startswith(HEAD) and line.removeprefix(HEAD) not in heads:
                raise RegisterError(
                    f"{register(data).file} lacks lines that were there when "
                    f"{statement.parent.name} was prepared: put back what was there from a "
                    "backup, and find out who changed it"
                )
