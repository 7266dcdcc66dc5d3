"""The page to read first: what is in a release, how to open it, what its values mean."""

from importlib import resources
from pathlib import Path

import duckdb

from studylink.release.formats.description import ABOUT, Release

FILE = "README.md"
TEMPLATE = "readme.md"
"""The page, in this package, with names where a release's own words stand."""


def write(connection: duckdb.DuckDBPyConnection, release: Release, folder: Path) -> None:
    """Write the page."""
    people = [table for table in release.tables if table.schema != ABOUT]
    template = resources.files(__package__).joinpath(TEMPLATE).read_text(encoding="utf-8")
    text = template.format(
        title=release.marked(release.title),
        notice=(
            "**Everything in this folder is invented. Nobody in it exists.** It has the tables, "
            "columns, types and labels of the release, to write code on."
            if release.is_invented
            else "Linked research data, without names or other identifiers."
        ),
        release_id=release.release_id,
        project_id=release.project_id,
        organisation=release.organisation,
        purpose=release.purpose,
        access=release.access,
        studies=", ".join(release.studies),
        domains=", ".join(release.domains),
        as_of=release.as_of,
        terms=release.terms,
        tables="\n".join(
            f"| `{table.full_name}` | {table.description.split('. ')[0].rstrip('.')} |"
            for table in release.tables
        ),
        example=people[0].full_name,
        family=(
            ", `family_research_id` which rows are of one family" if release.has_family_ids else ""
        ),
        citation=release.citation,
    )
    (folder / FILE).write_text(text, encoding="utf-8")
