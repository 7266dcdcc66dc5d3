"""Parquet: a file per table, with its description and those of its columns in the metadata.

What describes the table is in the file's own key-value metadata, which every reader shows; what
describes a column also in that of its field, which readers of Arrow show (pyarrow, R's arrow).
"""

import json
from pathlib import Path

import duckdb
import pyarrow
import pyarrow.parquet

from studylink.release.formats.description import Column, Release, Table, path

FOLDER = "parquet"


def write(connection: duckdb.DuckDBPyConnection, release: Release, folder: Path) -> None:
    """Write every table."""
    (folder / FOLDER).mkdir()
    for table in release.tables:
        rows = connection.execute(f"from {table.relation}").to_arrow_table()
        described = pyarrow.schema(
            [
                field.with_metadata(_texts(_described(column)))
                for field, column in zip(rows.schema, table.columns, strict=True)
            ],
            metadata=_texts(_of_file(release, table)),
        )
        pyarrow.parquet.write_table(
            rows.cast(described), path(folder / FOLDER, table, "parquet"), compression="zstd"
        )


def _of_file(release: Release, table: Table) -> dict[str, object]:
    return {
        "title": release.marked(table.full_name),
        "description": table.description,
        "release": release.release_id,
        "citation": release.citation,
        "terms": release.terms,
        "is_invented": release.is_invented,
        "columns": {column.name: _described(column) for column in table.columns},
    }


def _described(column: Column) -> dict[str, object]:
    said = {
        "label": column.label,
        "description": column.description,
        "unit": column.unit,
        "recode": column.recode,
        "missing": column.missing,
        "values": dict(column.codes),
    }
    return {name: value for name, value in said.items() if value}


def _texts(metadata: dict[str, object]) -> dict[str, str]:
    return {
        name: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        for name, value in metadata.items()
    }
