"""Whether what is published is of what is landed: nobody leaves on yesterday's permission."""

from collections.abc import Container
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from studylink import databases, landing


class NotCurrent(Exception):
    """What is published may not be used; the message says why and what would remedy it."""


def checked_moment(
    connection: duckdb.DuckDBPyConnection, extracts: Path, as_of: str | None
) -> datetime:
    """The moment of the published build, UTC; raises `NotCurrent` where it may not be used."""
    built_for, newest, checksum = connection.execute(
        """
        select as_of, newest_statement_at, permissions_checksum
        from study.governance.published_build
        """
    ).fetchall()[0]
    asked = built_for if as_of is None else instant(as_of)
    if asked > now():
        raise NotCurrent(
            f"{written(asked)} is in the future, and somebody may say no before then: run "
            "`dbt build` as of now or earlier"
        )
    if asked != built_for:
        raise NotCurrent(
            f"the published build is as of {written(built_for)}: for another moment, run "
            f"`dbt build --vars '{{as_of: \"{written(asked)}\"}}'` first"
        )
    if newest is not None and newest > built_for:
        raise NotCurrent(
            f"something was said or asked after {written(built_for)}, up to {written(newest)}, "
            "and it may be a no: build again as of that moment or later. If it is in the future, "
            "a landed file has a wrong date: have it landed again correctly"
        )
    landed, _ = landing.find(extracts)
    if landing.permissions_checksum(landed) != checksum:
        raise NotCurrent(
            f"participants, permissions or requests under {extracts}, or the policy seeds, are no "
            "longer those of the published build: run `dbt build`, then try again"
        )
    return built_for


def check_pseudonym_key(connection: duckdb.DuckDBPyConnection) -> None:
    """Raise `NotCurrent` if the pseudonyms of the published build were made with another key."""
    some = connection.execute(
        "select study, participant_id, research_id from vault.main.pseudonyms limit 1"
    ).fetchall()
    if any(
        research_id != databases.pseudonym(study, "person", participant_id)
        for study, participant_id, research_id in some
    ):
        raise NotCurrent(
            "the published build was made with another pseudonym key: set "
            "DBT_ENV_SECRET_PSEUDONYM_KEY to that key, or build again"
        )


def days_old(moment: datetime) -> int:
    """Whole days since the moment of a build: in each a child may have come of age."""
    return (now() - moment).days


def warnings(moment: datetime, extracts: Path) -> list[str]:
    """What to say before anything made of the build of a moment leaves, each in a sentence."""
    found = databases.warnings_of_development_keys(extracts)
    if (days := days_old(moment)) > 0:
        found.insert(
            0,
            f"the published build is {days:,} {'day' if days == 1 else 'days'} old, and a child "
            "may have come of age since: before you send anything, build for today and run this "
            "again",
        )
    return found


def unused_id(asked: str, moment: datetime, taken: Container[str]) -> str:
    """An id that is not taken: what was asked for with a moment, or numbered from 2."""
    first = f"{asked}-{moment:%Y%m%dT%H%M%SZ}"
    unused, number = first, 1
    while unused in taken:
        number += 1
        unused = f"{first}-{number}"
    return unused


def instant(text: str) -> datetime:
    """An ISO 8601 UTC timestamp without its zone; raises `NotCurrent` if it is not one."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or (moment.tzinfo is not None and moment.utcoffset()):
        raise NotCurrent("--as-of is not a UTC timestamp; give it as in 2026-06-30T00:00:00Z")
    return moment.replace(tzinfo=None)


def now() -> datetime:
    """The moment it is, UTC, without its zone, as DuckDB gives the moments of builds."""
    return datetime.now(UTC).replace(tzinfo=None)


def written(moment: datetime) -> str:
    """A moment without its zone, UTC, as landed files have it."""
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
