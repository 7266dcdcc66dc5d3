"""A twin of a release: the same tables, labels and formats over families that do not exist.

It is for writing code before the release is there, and safe to hand to anybody. Its families are
the generator's, the build and the release are made by the same steps as a real one. Every file is
marked as invented, and every id begins with the word.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from studylink import databases, landing, published, synth
from studylink.contract import PROJECT
from studylink.release import content, handed, safeguarded
from studylink.release import plan as plans
from studylink.release.content import Released
from studylink.release.eligibility import Project, Refused, described, landed

FAMILIES, SEED = 400, 7
AS_OF = "2026-06-30T00:00:00Z"
"""When the generator's families have answered every wave, and every supplier has delivered."""
MARK = "invented"


def make(project_id: str | None, plan_file: Path | None, to: Path) -> None:
    """Write the twin of a project's release, or without a project one of each whole study.

    Each is a folder of its own in `to`, and appears whole. Raises `Refused` where it is there
    already, the project is not known, a plan comes without a project or leaves nothing to show, or
    the invented build fails, and `PlanRefused` where the plan is none.
    """
    if plan_file and not project_id:
        raise Refused("a plan is a project's: give --project with it")
    os.umask(0o077)
    project = _project(project_id) if project_id else None
    with invented_build() as build, databases.connect_to(build, "study", "research") as connection:
        for wanted in [project] if project else _studies(connection):
            folder = to / wanted.project_id
            if folder.exists():
                raise Refused(f"{folder} is there already")
            columns = plans.columns_of_people(connection)
            of_project = columns, wanted.studies, wanted.domains
            plan = (
                plans.read(plan_file, *of_project)
                if plan_file
                else plans.default(wanted.project_id, *of_project)
            )
            released = described(
                wanted,
                plan,
                plans.domains(columns, plan),
                release_id=f"{wanted.project_id}-twin",
                as_of=AS_OF,
                citation="Invented data: not to be cited, and no result of theirs to be published.",
                is_invented=True,
            )
            to.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(prefix=".unfinished-", dir=to) as unfinished:
                whole = Path(unfinished) / folder.name
                whole.mkdir()
                write(connection, plan, released, whole)
                whole.rename(folder)
            print(f"Invented: {folder}")


def write(
    connection: duckdb.DuckDBPyConnection, plan: plans.Plan, released: Released, folder: Path
) -> None:
    """Write a twin to an empty folder; `study` and `research` of an invented build are attached."""
    connection.execute(f"attach ':memory:' as {content.RELEASE}")
    try:
        content.write(connection, plan, released)
        if plan.access == plans.SAFEGUARDED:
            safeguarded.sum_up(connection, content.RELEASE, safeguarded.read_policy(connection))
        pseudonyms = connection.execute(
            f"""
            select table_schema, table_name, column_name from {content.RELEASE}.about.columns
            where class = 'pseudonym'
            """
        ).fetchall()
        for schema, table, column in pseudonyms:
            connection.execute(
                f"update {content.RELEASE}.{schema}.{table} "
                f"set {column} = '{MARK}' || substr({column}, {len(MARK) + 1})"
            )
        connection.execute(
            f"update {content.RELEASE}.about.build set citation = ?", [released.citation]
        )
        handed.make(connection, folder)
    finally:
        connection.execute(f"detach {content.RELEASE}")


@contextmanager
def invented_build() -> Iterator[Path]:
    """A folder of databases built from invented families with no secret key, gone at the end."""
    with tempfile.TemporaryDirectory(prefix="studylink-twin-") as scratch:
        extracts, data = Path(scratch) / "extracts", Path(scratch) / "data"
        synth.write_extracts(FAMILIES, SEED, extracts)
        public = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("DBT_ENV_SECRET_")
        }
        done = subprocess.run(
            [
                str(Path(sys.executable).with_name("dbt")),
                "build",
                *("--exclude-resource-type", "unit_test", "test"),
                *("--vars", json.dumps({"as_of": AS_OF})),
                *("--target-path", str(Path(scratch) / "target")),
                *("--log-path", str(Path(scratch) / "logs")),
            ],
            cwd=PROJECT,
            env=public | {"STUDY_EXTRACTS": str(extracts), "STUDY_DATA": str(data)},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise Refused(f"the invented build failed:\n{done.stdout[-2000:]}")
        # not published, for no test ran
        yield databases.Workbench(data).folder


def _project(project_id: str) -> Project:
    """A project as it is landed, approved yet or not."""
    with databases.connect() as connection:
        governance = landing.read_landing(databases.extracts_folder(), "governance")
        landing.create_views(connection, governance)
        return landed(connection, project_id, published.now().date())


def _studies(connection: duckdb.DuckDBPyConnection) -> list[Project]:
    """Each study as if a project were approved for the whole of it."""
    rows = connection.execute(
        """
        select study, array_agg(distinct domain order by domain)
        from study.policy.linkage_policies
        group by study
        order by study
        """
    ).fetchall()
    return [
        Project(
            project_id=study,
            title=f"All tables of {study}",
            organisation="Anybody",
            purpose="To write code on",
            approved_on=None,
            expires_on=None,
            contract_signed_on=None,
            studies=(study,),
            domains=tuple(domains),
            accredited=0,
        )
        for study, domains in rows
    ]
