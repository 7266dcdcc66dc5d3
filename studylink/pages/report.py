"""`studylink report`: a page for those who govern the data, of what stands under `STUDY_DATA`.

It shows public figures alone, and names no participant, request, delivery or researcher. Where
somebody has to act on single ones, it says where they are. People who are out altogether are in no
figure, nor are their records and requests.
"""

import argparse
import json
import os
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from studylink import alarm, databases, pages
from studylink.names import capitalised, named
from studylink.pages import charts
from studylink.pages.figures import public
from studylink.pages.flow import consent_flows
from studylink.people import opening
from studylink.requests import request_log

FOLDER, PAGE, KEPT = "report", "report.html", "figures"
"""Under the data folder: where the page is, and the figures of each build that was reported on."""
SOON = timedelta(days=90)
"""How long before its end an approval or accreditation wants attention."""
STATEMENTS = "participants, permissions and requests"
UNKNOWN_STUDY = "A study that is not known"
"""What is shown of a delivery whose study the policy seeds lack: as landed, it may be anything."""

FATES = {
    "published": "It is in a table for researchers.",
    "read": "It was used, and is of a table that is not published.",
    "not_permitted": "No linkage permits it, or permitted it when it had to, or it was deleted.",
    "not_certified": "The agency has not yet certified that it deleted the identities it matched "
    "on; the delivery waits.",
    "not_requested": "It is about somebody who was not in the request that it answers.",
    "withdrawn_in_transit": "It is about somebody who was in the request, and was no longer "
    "permitted when it came. It must be destroyed.",
    "nobody_in_a_study": "It is of a pupil who was matched to nobody whose linkage was ever "
    "permitted.",
    "quarantined": "It could not be read.",
    "not_received_yet": "It is dated after the moment of the build.",
    "not_published": "It is of a study without tables for researchers.",
}
"""What becomes of a landed row, and why; `OUT` are those of people who are out altogether."""
OUT = ("withdrawn", "erased")
REASONS = (
    *("permitted", "not_given", "refused", "stopped", "deletion_requested", "lapsed"),
    *("pilot", "unreadable"),
)
"""Of a decision, but for the reasons of people who are out altogether."""
CLOCKS = {
    "overdue": "Overdue",
    "due_within_a_week": "Due within a week",
    "due_later": "Due later",
    "done": "Done",
    "void": "Void",
}
REQUESTS = {"access": "Access", "rectify": "Rectification", "erase": "Erasure"}


def add_command(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register `studylink report`."""
    parser = subparsers.add_parser(
        "report", help="a page of what is linked, withheld and due, for governance"
    )
    parser.add_argument(
        "--out", type=Path, help=f"the page; if not given, {FOLDER}/{PAGE} under STUDY_DATA"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Write the report on what is published under `STUDY_DATA`, or say why not and return 1."""
    os.umask(0o077)
    folder = databases.data_folder()
    file = arguments.out or folder / FOLDER / PAGE

    def report() -> None:
        write(folder, file)
        print(f"Written: {file}")

    return opening.answered(report)


def write(folder: Path, file: Path) -> None:
    """Write the report on what is published in a data folder, and keep its figures beside it.

    Raises `FileNotFoundError` where nothing is published, `RequestLogError` where the log of what
    was asked of agencies was changed, and `Refused` where the figures of an earlier build cannot be
    read.
    """
    log = request_log.read(folder)
    with databases.connect_to(folder, "study", "research") as connection:
        report = Report(connection, log)
        _keep(folder / FOLDER / KEPT, report)
        pages.write(
            file,
            "report.html",
            report=report,
            series=_series(folder / FOLDER / KEPT),
            reasons=[_named(reason) for reason in REASONS],
            fates=[_named(fate) for fate in FATES],
        )


Row = tuple[object, ...]
"""A line of a table of the page: words, dates, numbers, and None for a withheld count."""


class Report:
    """The figures of one published build, each public, as the lines of the page's tables."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, log: request_log.RequestLog):
        self.connection = connection
        [(self.as_of,)] = self._rows("select as_of from study.governance.published_build")
        self.today: date = self.as_of.date()
        [(self.version, self.project)] = self._rows(
            "select studylink_version, project_checksum from research.about.build"
        )
        self.studies = dict(
            self._rows("select study, title from study.policy.studies order by study")
        )
        self.flows = consent_flows(connection, "study.governance.consent_flow")
        self.decisions = self._decisions()
        self.clocks = self._clocks()
        self.certificates = self._deliveries(
            "received_at::date, certificate_days_missing", "is_certificate_missing"
        )
        self.flagged = self._deliveries("received_at::date", "is_flagged")
        self.unanswered = self._unanswered(log)
        self.asked = self._asked()
        self.fates, self.tables = self._fates()
        self.quarantine, self.statements = self._quarantine()
        self.projects = self._projects()
        self.releases = self._releases()

    def _rows(self, query: str, parameters: list | None = None) -> list[tuple[Any, ...]]:
        return self.connection.execute(query, parameters).fetchall()

    def _title(self, study: str) -> str:
        return self.studies.get(study, UNKNOWN_STUDY)

    def _deliveries(self, shown: str, where: str) -> list[Row]:
        """Deliveries of which something is true, the oldest first."""
        return [
            (_named(supplier), self._title(study), _named(domain), *others)
            for supplier, study, domain, *others in self._rows(
                f"select supplier, study, domain, {shown} from study.governance.delivery_checks "
                f"where {where} order by received_at, supplier, study, domain"
            )
        ]

    def _decisions(self) -> list[Row]:
        """For each study, domain and set of answers of the policies, linkages by `REASONS`."""
        found = {
            tuple(of): count
            for *of, count in self._rows(
                """
                select study, domain, answers_of, reason, count(*)
                from study.governance.linkage_decisions
                group by all
                """
            )
        }
        return [
            (
                *(self.studies[policy[0]], _named(policy[1]), _named(policy[2])),
                *(public(found.get((*policy, reason))) for reason in REASONS),
            )
            for policy in self._rows(
                "select distinct study, domain, answers_of from study.policy.linkage_policies "
                "order by all"
            )
        ]

    def _clocks(self) -> list[Row]:
        """For each study and type of request with a clock, requests by `CLOCKS`."""
        found = {
            tuple(of): count
            for *of, count in self._rows(
                "select study, request_type, clock, requests from study.governance.requests_due"
            )
        }
        return [
            (title, named, *(found[study, kind, clock] for clock in CLOCKS))
            for study, title in self.studies.items()
            for kind, named in REQUESTS.items()
        ]

    @property
    def clocks_named(self) -> list[str]:
        """The states of a clock, the open ones with the days between which they are due."""
        week = self.today + timedelta(days=7)
        due = f"before {pages.day(self.today)}", f"by {pages.day(week)}", f"after {pages.day(week)}"
        named = list(CLOCKS.values())
        return [*(f"{name}: {when}" for name, when in zip(named, due, strict=False)), *named[3:]]

    def _unanswered(self, log: request_log.RequestLog) -> list[Row]:
        """Requests to agencies without a delivery, newest of each kind, and for how many days."""
        answered = {
            tuple(of): sent
            for *of, sent in self._rows(
                """
                select supplier, study, domain, max(request_sent_at)
                from study.governance.delivery_checks
                group by all
                """
            )
        }
        newest: dict[tuple[str, str, str], datetime] = {}
        for request in log.requests:
            asked = datetime.fromisoformat(request.as_of).replace(tzinfo=None)
            of = request.supplier, request.study, request.domain
            if asked <= self.as_of:
                newest[of] = max(asked, newest.get(of, asked))
        return sorted(
            (
                *(_named(of[0]), self._title(of[1]), _named(of[2])),
                *(asked.date(), (self.today - asked.date()).days),
            )
            for of, asked in newest.items()
            if of not in answered or answered[of] < asked
        )

    def _asked(self) -> list[Row]:
        """Young people to be asked, for each study and domain that needs a yes of children."""
        return [
            (self.studies[study], _named(domain), public(participants))
            for study, domain, participants in self._rows(
                """
                select policies.study, policies.domain, due.participants
                from (
                    select distinct study, domain
                    from study.policy.linkage_policies
                    where mode = 'permission' and records_of_role = 'child'
                ) as policies
                left join study.governance.due_to_be_asked as due using (study, domain)
                order by all
                """
            )
        ]

    def _fates(self) -> tuple[list[Row], list[Row]]:
        """Rows by `FATES`, of all landed tables together and of each."""
        found: dict[str, dict[str, int]] = {}
        together: dict[str, int] = {}
        for table, fate, records in self._rows(
            "select source_table, fate, records from study.governance.record_reconciliation "
            "order by all"
        ):
            if fate not in OUT:
                found.setdefault(table, {})[fate] = records
                together[fate] = together.get(fate, 0) + records
        return (
            [(_named(fate), why, public(together.get(fate))) for fate, why in FATES.items()],
            [(table, *(public(of.get(fate)) for fate in FATES)) for table, of in found.items()],
        )

    def _quarantine(self) -> tuple[list[Row], int | None]:
        """Quarantined rows by supplier and reason, and those of statements, which come first.

        Of reasons only those are listed for which a supplier has ten rows: others may have none.
        """
        statements = {
            (table, row)
            for table, _, rows in alarm.statements_quarantined(self.connection)
            for row in rows
        }
        by_supplier: dict[str, dict[str, int]] = {STATEMENTS.capitalize(): {}}
        for (supplier,) in self._rows(
            """
            select distinct split_part(source_table, '/', 1)
            from study.governance.record_reconciliation
            order by all
            """
        ):
            by_supplier[_named(supplier)] = {}
        for table, row, reason in self._rows(
            "select source_table, row_number, reason from study.governance.quarantined_records"
        ):
            is_statement = (table, row) in statements
            of = STATEMENTS.capitalize() if is_statement else _named(table.split("/")[0])
            kind = reason.split(":")[0]
            by_supplier[of][kind] = by_supplier[of].get(kind, 0) + 1
        counts: list[Row] = []
        for supplier, reasons in by_supplier.items():
            counts.append((supplier, "All reasons", public(sum(reasons.values()))))
            counts += [
                (supplier, _named(reason), public(rows))
                for reason, rows in sorted(reasons.items())
                if public(rows)
            ]
        return counts, public(len(statements))

    def _projects(self) -> list[Row]:
        """Projects with the days on which something of theirs ends, and what wants attention."""
        projects: list[Row] = []
        for title, organisation, purpose, approved, expires, signed, first, last in self._rows(
            """
            select
                coalesce(title, 'Without a title'), coalesce(organisation, ''),
                coalesce(purpose, ''), approved_on, expires_on, contract_signed_on,
                first_accreditation_ends_on, last_accreditation_ends_on
            from study.governance.projects
            order by expires_on nulls first, project_id
            """
        ):
            wants = []
            if not approved:
                wants.append("not approved")
            if not signed:
                wants.append("contract not signed")
            if expires and expires < self.today:
                wants.append("approval expired")
            elif expires and expires - self.today <= SOON:
                wants.append(f"approval ends in {(expires - self.today).days} days")
            if not last:
                wants.append("nobody accredited")
            elif first - self.today <= SOON:
                wants.append(f"an accreditation ends in {(first - self.today).days} days")
            until = (pages.day(expires), pages.day(last))
            projects.append((title, organisation, purpose, *until, ", ".join(wants)))
        return projects

    def _releases(self) -> list[Row]:
        """Releases of which ten people or more had records deleted, by study and domain."""
        return [
            (release, title, self.studies[study], _named(domain), public(people))
            for release, title, study, domain, people in self._rows(
                """
                select release_id, coalesce(title, project_id), study, domain, participants_active
                from study.governance.releases_to_amend
                left join study.governance.projects using (project_id)
                order by all
                """
            )
            if public(people)
        ]

    @property
    def attention(self) -> list[tuple[str, str]]:
        """What needs doing, each with the section that says more."""
        found = []
        if self.statements:
            found.append(
                (
                    "quarantine",
                    f"{self.statements:,} rows of {STATEMENTS} are quarantined, and a no may be in "
                    "them: have them landed again correctly before anything else.",
                )
            )
        found += [
            ("requests", f"{overdue:,} requests for {str(kind).lower()} in {study} are overdue.")
            for study, kind, overdue, *_ in self.clocks
            if overdue
        ]
        if self.certificates:
            longest = self.certificates[0][-1]
            found.append(
                (
                    "deliveries",
                    f"Deliveries wait for a certificate, the longest for {longest:,} days: nothing "
                    "of them is used.",
                )
            )
        if self.flagged:
            found.append(("deliveries", "Deliveries hold people who were not asked for."))
        if self.unanswered:
            found.append(("deliveries", "Requests to agencies have not been answered."))
        found += [
            (
                "asked",
                f"{people:,} young people of {study} are due to be asked about "
                f"{str(domain).lower()}.",
            )
            for study, domain, people in self.asked
            if people
        ]
        if self.releases:
            found.append(("releases", "Releases hold records that have been deleted since."))
        if any(wants for *_, wants in self.projects):
            found.append(
                ("projects", "Approvals, contracts or accreditations of projects want attention.")
            )
        return found


def _named(code: str) -> str:
    return capitalised(named(code))


# --------------------------------------------------------------------------------------------------
# Over time
# --------------------------------------------------------------------------------------------------


def _keep(folder: Path, report: Report) -> None:
    """Keep a build's figures in a file of its moment, which a later report on it writes again."""
    figures = {
        **{
            f"Records usable: {report.studies[flow.study]}, {flow.domain.replace('_', ' ')}": (
                flow.steps[-1].people
            )
            for flow in report.flows
        },
        "Statements quarantined": report.statements,
    }
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{report.as_of:%Y%m%dT%H%M%SZ}.json"
    kept = {"as_of": report.as_of.isoformat(), "figures": figures}
    databases.write_whole(file, f"{json.dumps(kept, indent=2)}\n".encode())


def _kept(file: Path) -> tuple[str, dict[str, int | None]]:
    """The moment of a build that was reported on, and its figures."""
    try:
        kept = json.loads(file.read_text(encoding="utf-8"))
        as_of = f"{datetime.fromisoformat(kept['as_of']):%Y-%m-%d %H:%M}"
        return as_of, {name: public(count) for name, count in kept["figures"].items()}
    except (ValueError, LookupError, TypeError, AttributeError):
        raise opening.Refused(
            f"{file} does not hold the figures of a build: put it back from a backup, or delete "
            "it, and the report will be without that build"
        ) from None


def _series(folder: Path) -> dict[str, Any] | None:
    """The figures of all builds that are kept, oldest first; None where there is one alone."""
    kept = [_kept(file) for file in sorted(folder.glob("*.json"))]
    if len(kept) < 2:
        return None
    builds = [as_of for as_of, _ in kept]
    names = dict.fromkeys(name for _, figures in kept for name in figures)
    counts = {name: [figures.get(name) for _, figures in kept] for name in names}
    return {
        "builds": builds,
        "rows": [(name, *of_name) for name, of_name in counts.items()],
        "charts": {name: _chart(name, builds, of_name) for name, of_name in counts.items()},
    }


def _chart(name: str, builds: list[str], counts: Iterable[int | None]) -> str:
    return charts.columns(list(zip(builds, counts, strict=True)), f"{name}, by build")
