"""`studylink status`: what needs doing today, and the command that shows more of each.

`studylink summary` shows what the build produced; this is what somebody has to see to because of
it, or because of what happened since: each thing with its clock, none where there is nothing to do.
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import duckdb

from studylink import alarm, databases, landing, published
from studylink.people import opening
from studylink.summary import aligned

LONGEST = 6
"""Rows shown of each thing; the rest are counted."""


@dataclass(frozen=True)
class Thing:
    """Something to do: what, a query of one row each, and what shows more or does it."""

    what: str
    sql: str
    next: str


PUBLISHED = (
    Thing(
        "requests for access, open: due a calendar month after receipt",
        """
        select
            study, request_id as request, received_at::date as received, due_on as due,
            case
                when due_on < $today then format('{:,} days over', date_diff('day', due_on, $today))
                else format('{:,} days left', date_diff('day', $today, due_on))
            end as clock
        from study.governance.request_clocks
        where outcome = 'open'
        order by due_on, study, request_id
        """,
        "studylink access --study S --participant X, for each whom the request covers",
    ),
    Thing(
        "deliveries that hold people who were not asked for",
        """
        select
            delivery_id as delivery, supplier, people_not_requested as people,
            records_of_unknown_people as records_of_unknown
        from study.governance.delivery_checks
        where is_flagged
        order by delivery_id
        """,
        "docs/governance.md#when-a-delivery-comes",
    ),
    Thing(
        "deliveries not certified: nothing of them is used",
        """
        select delivery_id as delivery, supplier, study, certificate_days_missing as days
        from study.governance.delivery_checks
        where is_certificate_missing
        order by days desc, delivery_id
        """,
        "docs/governance.md#when-a-delivery-comes",
    ),
    Thing(
        "records to destroy in the landed files: their people withdrew in transit",
        """
        select delivery_id as delivery, supplier, participants, records
        from study.governance.to_destroy
        order by delivery_id
        """,
        "docs/governance.md#what-must-be-destroyed",
    ),
    Thing(
        "landed rows to purge, of erased people",
        """
        select source_table, rows from study.governance.to_purge order by source_table
        """,
        "docs/participants.md#erasure",
    ),
    Thing(
        "young people to be asked, now that they decide for themself",
        """
        select study, domain, participants from study.governance.due_to_be_asked
        order by study, domain
        """,
        "studylink letters --due --to-key FILE",
    ),
    Thing(
        "releases that hold people who have withdrawn since",
        """
        select release_id as release, project_id as project, study, domain, participants
        from study.governance.releases_to_amend
        order by release_id, study, domain
        """,
        "governance.releases_to_amend in study.duckdb",
    ),
    Thing(
        "matches for a clerk to decide",
        """
        select study, count(*) as pairs from vault.main.clerical_review
        group by study order by study
        """,
        "docs/governance.md#doubtful-matches",
    ),
    Thing(
        "landed rows quarantined, for the supplier to land again correctly",
        """
        select split_part(source_table, '/', 1) as supplier, reason, count(*) as rows
        from study.governance.quarantined_records
        group by supplier, reason
        order by rows desc, supplier, reason
        """,
        "docs/governance.md#what-could-not-be-read",
    ),
)
"""What the tables of the published build show."""

LANDED = (
    Thing(
        "approved projects that expire within three months, or have expired",
        """
        select project_id as project, expires_on as expires,
            case
                when expires_on < $today then format('{:,} days over',
                    date_diff('day', expires_on, $today))
                else format('{:,} days left', date_diff('day', $today, expires_on))
            end as clock
        from study.staging.stg_governance__projects
        where row_fault is null and expires_on < $today + to_months(3)
        order by expires_on, project_id
        """,
        "governance/projects.csv in the landing folder",
    ),
)
"""What the landed files show, read through the views of the build."""


def add_command(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register `studylink status`."""
    parser = subparsers.add_parser("status", help="what needs doing today")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print what needs doing, or say in one line why that is not known and return 1."""
    return opening.answered(status)


def status() -> None:
    """Print what needs doing with what is published under `STUDY_DATA`; names nobody."""
    data, extracts = databases.data_folder(), databases.extracts_folder()
    with databases.connect(data) as connection:
        as_of, checksum = connection.execute(
            "select as_of, permissions_checksum from study.governance.published_build"
        ).fetchall()[0]
        today = datetime.now(UTC).replace(tzinfo=None)
        print(f"Published in {data}, as of {as_of:%Y-%m-%d %H:%M:%S} UTC")
        if (days := published.days_old(as_of)) > 0:
            print(f"\nThe build is {days:,} day(s) old: a child may have come of age since")
            print("  next: dbt build")
        landed = landing.read_landing(extracts, "governance")
        deciding, _ = landing.find(extracts)
        if landing.permissions_checksum(deciding) != checksum:
            print("\nWhat people said was landed anew since, and counts from the next build on")
            print("  next: dbt build")
        landing.create_views(connection, landed)
        lines = list(shown(connection, (*PUBLISHED, *LANDED), today))
        print("\n".join(lines or ["", "Nothing needs doing."]))


def shown(
    connection: duckdb.DuckDBPyConnection, things: tuple[Thing, ...], today: datetime
) -> Iterator[str]:
    """Each thing of which there is any, its first rows and where to go on; alarms come first."""
    if statements := alarm.statements_quarantined(connection):
        yield ""
        yield alarm.headline(statements)
        yield from alarm.lines(statements[:LONGEST])
        if len(statements) > LONGEST:
            yield f"  and {len(statements) - LONGEST:,} more"
        yield "  next: docs/governance.md#what-could-not-be-read"
    for thing in things:
        named = {"today": today.date()} if "$today" in thing.sql else {}
        cursor = connection.execute(thing.sql, named)
        header = tuple(name.replace("_", " ") for name, *_ in cursor.description or ())
        rows = cursor.fetchall()
        if not rows:
            continue
        yield ""
        yield thing.what[0].upper() + thing.what[1:]
        yield aligned(header, rows[:LONGEST])
        if len(rows) > LONGEST:
            yield f"  and {len(rows) - LONGEST:,} more"
        yield f"  next: {thing.next}"
