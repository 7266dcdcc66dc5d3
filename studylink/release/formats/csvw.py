"""CSV with its metadata: CSV on the Web (W3C Recommendations of 17 December 2015).

Keys are stated where the table's description says one row per person, and the rows bear it out.
"""

import json
import re
from pathlib import Path

import duckdb

from studylink.files import quoted
from studylink.release.formats.description import Column, Release, Table, path
from studylink.release.plan import PERSON

FOLDER = "csv"
METADATA = "csv-metadata.json"
"""The name under which a reader of CSV on the Web looks for it, beside a CSV file."""
DATATYPES = {
    "varchar": "string",
    "integer": "integer",
    "bigint": "integer",
    "double": "double",
    "boolean": "boolean",
    "date": "date",
}
"""By DuckDB's type: the built-in datatype."""
PEOPLE = "participants"
"""The table that has everybody."""
GRAIN = re.compile(r"one row per (?:active )?(?:study )?(?:participant|child)\b([^.]*)")
PERIODS = {" and wave": "wave", " and school year": "academic_year"}
"""By how the grain goes on: the column that with the person makes a row's key."""


def write(connection: duckdb.DuckDBPyConnection, release: Release, folder: Path) -> None:
    """Write every table, and one file that describes them all."""
    (folder / FOLDER).mkdir()
    for table in release.tables:
        file = quoted(path(folder / FOLDER, table, "csv"))
        connection.execute(f"copy (from {table.relation}) to {file} (format csv, header)")
    keys = {table: _key(connection, table) for table in release.tables}
    described = {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}],
        "dc:title": release.marked(release.title),
        "dc:identifier": release.release_id,
        "dc:description": release.purpose,
        "dc:bibliographicCitation": release.citation,
        "dc:rights": release.terms,
        "null": "",
        "tables": [
            {
                "url": path(Path(), table, "csv").name,
                "dc:title": release.marked(table.full_name),
                "dc:description": table.description,
                "tableSchema": {
                    "columns": [_column(column) for column in table.columns],
                    **({"primaryKey": keys[table]} if keys[table] else {}),
                    **_foreign_key(connection, table, keys),
                },
            }
            for table in release.tables
        ],
    }
    (folder / FOLDER / METADATA).write_text(
        json.dumps(described, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
    )


def _column(column: Column) -> dict[str, object]:
    said = {
        "name": column.name,
        "titles": [column.name, column.label],
        "datatype": _datatype(column),
        "required": column.is_never_missing,
        "dc:description": column.description,
        "dc:source": column.source,
        "schema:unitText": column.unit,
        "rdfs:comment": f"Missing: {column.missing}",
        "dc:provenance": column.recode,
    }
    return {name: value for name, value in said.items() if value}


def _datatype(column: Column) -> object:
    base = DATATYPES[column.data_type]
    if base == "string" and column.codes:
        # for text a format is a regular expression: the codes and nothing else
        listed = "|".join(re.escape(code) for code, _ in column.codes)
        return {"base": base, "format": f"({listed})"}
    return base


def _key(connection: duckdb.DuckDBPyConnection, table: Table) -> list[str]:
    """The columns by which a table's description and rows have one row per person."""
    grain = GRAIN.search(table.description)
    if not grain or PERSON not in table.names:
        return []
    period = [column for words, column in PERIODS.items() if words in grain[1]]
    key = [PERSON, *period]
    if not set(key) <= set(table.names):
        return []
    ((rows, distinct),) = connection.execute(
        f"select count(*), count(distinct ({', '.join(key)})) from {table.relation}"
    ).fetchall()
    return key if rows == distinct else []


def _foreign_key(
    connection: duckdb.DuckDBPyConnection, table: Table, keys: dict[Table, list[str]]
) -> dict[str, object]:
    """That everybody whom the rows are about is among the participants, where that is so."""
    everybody = next(
        (one for one in keys if (one.schema, one.name) == (table.schema, PEOPLE)), None
    )
    if not everybody or table == everybody or not keys[everybody] or PERSON not in table.names:
        return {}
    ((rows, strangers),) = connection.execute(
        f"""
        select
            count(*),
            count(*) filter ({PERSON} not in (select {PERSON} from {everybody.relation}))
        from {table.relation}
        """
    ).fetchall()
    if strangers or not rows:
        return {}
    reference = {"resource": path(Path(), everybody, "csv").name, "columnReference": PERSON}
    return {"foreignKeys": [{"columnReference": PERSON, "reference": reference}]}
