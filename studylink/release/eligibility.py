"""May a project have a release? Every reason why not, in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import duckdb

from studylink.release.content import Released
from studylink.release.plan import STATEMENTS, Plan

PURPOSES = ("research", "statistics")


class Refused(Exception):
    """There is no release; the message gives every reason, and names nobody."""


@dataclass(frozen=True)
class Project:
    """A landed project, with how many of its researchers are accredited on a day."""

    project_id: str
    title: str
    organisation: str
    purpose: str
    approved_on: date | None
    expires_on: date | None
    contract_signed_on: date | None
    studies: tuple[str, ...]
    domains: tuple[str, ...]
    accredited: int


def described(
    project: Project,
    plan: Plan,
    domains: Iterable[str],
    *,
    release_id: str,
    as_of: str,
    citation: str,
    is_invented: bool,
) -> Released:
    """What a release to the project says of itself; `domains` are those of which it shows any."""
    return Released(
        release_id=release_id,
        project_id=project.project_id,
        title=project.title,
        organisation=project.organisation,
        access=plan.access,
        studies=";".join(plan.tables),
        domains=";".join(domains),
        as_of=as_of,
        has_family_ids=plan.family_ids_because is not None,
        is_invented=is_invented,
        purpose=project.purpose,
        citation=citation,
    )


def landed(connection: duckdb.DuckDBPyConnection, project_id: str, day: date) -> Project:
    """The project as landed; the landed tables must be in the catalog `landing`.

    Raises `Refused` where it is not known, or its row is faulty.
    """
    rows = connection.execute(
        """
        select
            project_id, coalesce(title, ''), coalesce(organisation, ''), coalesce(purpose, ''),
            approved_on, expires_on, contract_signed_on, studies, domains, row_fault
        from study.staging.stg_governance__projects
        where project_id = ?
        """,
        [project_id],
    ).fetchall()
    if not rows:
        raise Refused("no such project is landed in governance/projects")
    project_id, title, organisation, purpose, approved, expires, signed, *listed, fault = rows[0]
    if fault:
        raise Refused(f"its row in governance/projects is quarantined ({fault})")
    ((accredited,),) = connection.execute(
        """
        select count(distinct researcher_id)
        from study.staging.stg_governance__researchers
        where
            project_id = ? and row_fault is null
            and accredited_from <= $2 and accredited_until >= $2
        """.replace("?", "$1"),
        [project_id, day],
    ).fetchall()
    studies, domains = map(_listed, listed)
    return Project(
        *(project_id, title, organisation, purpose, approved, expires, signed, studies, domains),
        accredited=accredited,
    )


def reasons(project: Project, day: date, studies: list[str], domains: list[str]) -> list[str]:
    """Why the project may have no release on a day; `studies` and `domains` are those there are."""
    found = []
    if project.approved_on is None:
        found.append("it is not approved")
    elif project.approved_on > day:
        found.append(f"it is approved only from {project.approved_on}")
    if project.expires_on is None:
        found.append("its approval has no end date")
    elif project.expires_on < day:
        found.append(f"its approval expired on {project.expires_on}")
    if project.contract_signed_on is None:
        found.append("its contract is not signed")
    elif project.contract_signed_on > day:
        found.append(f"its contract is not signed until {project.contract_signed_on}")
    if project.purpose not in PURPOSES:
        found.append(f"its purpose is not {' or '.join(PURPOSES)}")
    if not project.accredited:
        found.append(f"none of its researchers is accredited on {day}")
    for what, approved, there_are in (
        ("studies", project.studies, studies),
        ("domains", project.domains, domains),
    ):
        if not approved:
            found.append(f"no {what} are approved")
        elif set(approved) - set(there_are):
            found.append(f"not all of its {what} are known; there are {', '.join(there_are)}")
    return found


def reasons_against(plan: Plan, project: Project) -> list[str]:
    """Why a plan may not be released to a project."""
    found = []
    if plan.project != project.project_id:
        found.append(f"the plan is for project {plan.project}")
    found += [
        f"the plan lacks the statement {name}, which those who release sign: {words}"
        for name, words in STATEMENTS.items()
        if name not in plan.statements
    ]
    return found


def reasons_beyond(released: Released, project: Project) -> list[str]:
    """Why a release that was prepared goes beyond what its project is approved for by now."""
    return [
        f"{', '.join(beyond)}: its project is no longer approved for {what}"
        for what, held, approved in (
            ("these studies", released.studies, project.studies),
            ("these domains", released.domains, project.domains),
        )
        if (beyond := sorted(set(_listed(held)) - set(approved)))
    ]


def require(found: list[str]) -> None:
    """Raise `Refused` with all the reasons, if there are any."""
    if found:
        raise Refused("; ".join(found))


def _listed(text: str | None) -> tuple[str, ...]:
    return tuple(one.strip() for one in (text or "").split(";") if one.strip())
