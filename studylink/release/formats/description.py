"""What a release holds, read once from its `about`: every format has its labels from here."""

from dataclasses import dataclass
from pathlib import Path

import duckdb

from studylink.release.content import NEVER_MISSING

ABOUT = "about"
"""The schema that describes the others."""
INVENTED = "INVENTED DATA"
"""The mark of every file of a twin: nobody in it exists."""


@dataclass(frozen=True)
class Column:
    """A column as `about.columns` describes it; `codes` are code and label, in their order."""

    name: str
    label: str
    description: str
    data_type: str
    unit: str | None
    source: str | None
    recode: str | None
    missing: str
    declared_class: str | None
    codes: tuple[tuple[str, str], ...]

    @property
    def is_never_missing(self) -> bool:
        """Whether every value is there."""
        return self.missing == NEVER_MISSING


@dataclass(frozen=True)
class Table:
    """A table and its columns in their order."""

    schema: str
    name: str
    description: str
    columns: tuple[Column, ...]

    @property
    def relation(self) -> str:
        """Its name in SQL."""
        return f'"{self.schema}"."{self.name}"'

    @property
    def full_name(self) -> str:
        """Its name with that of its schema, as in the names of files."""
        return f"{self.schema}.{self.name}"

    @property
    def names(self) -> tuple[str, ...]:
        """The names of its columns."""
        return tuple(column.name for column in self.columns)

    @property
    def columns_beside_labels(self) -> tuple[Column, ...]:
        """Its columns without those that hold only the label of the code beside them."""
        labels = {f"{column.name}_label" for column in self.columns if column.codes}
        return tuple(column for column in self.columns if column.name not in labels)


@dataclass(frozen=True)
class Release:
    """What `about.release` says of the whole, and its tables by schema and name."""

    release_id: str
    project_id: str
    title: str
    organisation: str
    access: str
    studies: tuple[str, ...]
    domains: tuple[str, ...]
    as_of: str
    has_family_ids: bool
    is_invented: bool
    purpose: str
    citation: str
    tables: tuple[Table, ...]

    def marked(self, text: str) -> str:
        """A title or label, with the mark of invented data before it where it is a twin's."""
        return f"{INVENTED}: {text}" if self.is_invented else text

    @property
    def terms(self) -> str:
        """For whom the release is, and what nobody may do with it."""
        if self.is_invented:
            return "Nobody in these data exists. They are for writing code, and may go to anybody."
        return (
            f"For project {self.project_id} alone, for the purpose that was approved. It must not "
            "be linked to any other data, nobody may try to find out who anybody in it is, and "
            "nothing made from it may leave before it has been checked."
        )


def read(connection: duckdb.DuckDBPyConnection) -> Release:
    """The description of the release that a connection is open on.

    A column that `about.columns` does not describe has its label and description from its comment.
    """
    cursor = connection.execute("from about.release")
    said = dict(zip([name for name, *_ in cursor.description], *cursor.fetchall(), strict=True))
    return Release(
        **{
            **said,
            "studies": tuple(said["studies"].split(";")),
            "domains": tuple(said["domains"].split(";")),
        },
        tables=_tables(connection),
    )


def _tables(connection: duckdb.DuckDBPyConnection) -> tuple[Table, ...]:
    codes: dict[tuple[str, str, str], list[tuple[str, str]]] = {}
    for *where, value, label in connection.execute(
        """
        select table_schema, table_name, column_name, value, label
        from about.value_labels
        order by rowid
        """
    ).fetchall():
        codes.setdefault(tuple(where), []).append((value, label))
    tables: dict[tuple[str, str, str], list[Column]] = {}
    for schema, name, comment, *column in connection.execute(
        """
        select
            there.schema_name,
            there.table_name,
            coalesce(trim(tables.comment), there.table_name),
            there.column_name,
            coalesce(columns.label, split_part(there.comment, '. ', 1), there.column_name),
            coalesce(columns.description, there.comment, there.column_name),
            lower(there.data_type),
            columns.unit,
            columns.source,
            columns.recode,
            coalesce(columns.missing, 'No value'),
            columns.class
        from duckdb_columns() as there
        inner join duckdb_tables() as tables
            using (database_oid, table_oid)
        left join about.columns as columns
            on
                there.schema_name = columns.table_schema
                and there.table_name = columns.table_name
                and there.column_name = columns.column_name
        where there.database_name = current_database() and not there.internal
        order by there.schema_name, there.table_name, there.column_index
        """
    ).fetchall():
        known = tuple(codes.get((schema, name, column[0]), ()))
        tables.setdefault((schema, name, comment), []).append(Column(*[*column, known]))
    return tuple(Table(*key, tuple(columns)) for key, columns in tables.items())


def path(folder: Path, table: Table, ending: str) -> Path:
    """The file of a table in the folder of a format."""
    return folder / f"{table.full_name}.{ending}"
