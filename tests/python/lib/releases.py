"""A release of everything that there is, for tests of what releases hold."""

import duckdb

from studylink.release import content
from studylink.release import plan as plans

AS_OF = "2026-06-30T00:00:00Z"


def of_everything(
    connection: duckdb.DuckDBPyConnection, release_id: str
) -> tuple[plans.Plan, content.Released]:
    """The plan of all tables with family ids, and the row of `about.release` that goes with it."""
    columns = plans.columns_of_people(connection)
    studies = sorted({column.study for column in columns})
    domains = sorted({column.domain for column in columns if column.domain})
    tables = plans.allowed(columns, studies, domains, family_ids=True)
    released = content.Released(
        release_id=release_id,
        project_id="P001",
        title="Title",
        organisation="Organisation",
        access="secure",
        studies=";".join(studies),
        domains=";".join(domains),
        as_of=AS_OF,
        has_family_ids=True,
        is_invented=False,
        purpose="research",
        citation="Citation",
    )
    statements = tuple(plans.STATEMENTS)
    return plans.Plan("P001", "secure", "siblings", None, statements, tables), released
