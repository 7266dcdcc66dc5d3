"""The landing folder: what is in it, whether it can be read, and how DuckDB reads it.

A file fault is one that no row can carry: a missing file or column, a column nobody was asked for,
a line that is no row of the file. All of them are collected and raised as one `LandingError`,
before a build has written anything. A row's own faults are for the staging models.
"""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import duckdb

from studylink.contract import LandedTable, landed_tables

ANY_STUDY = "surveys/*/"
LINES_TOLD = 20
"""Malformed lines named of one file: enough to find what is wrong with it."""


class LandingError(Exception):
    """The landing folder cannot be read; the message names every file, the place and the remedy.

    It never holds a value from a file: what is landed identifies people.
    """

    def __init__(self, folder: Path, faults: list[str]):
        lines = "\n".join(f"  - {fault}" for fault in faults)
        super().__init__(
            f"{len(faults)} fault(s) in the landed extracts under {folder}; nothing was built.\n"
            f"{lines}\nAsk the supplier to land these files again, then build again."
        )


@dataclass(frozen=True)
class LandedFile:
    """One file of a landed table; `columns` are in the order of its own header."""

    path: Path
    columns: tuple[str, ...]

    @property
    def is_parquet(self) -> bool:
        """Whether the file is Parquet; otherwise it is CSV."""
        return self.path.suffix == ".parquet"


@dataclass(frozen=True)
class Landed:
    """One landed table at one place: `source_table` is its path without its extension."""

    table: LandedTable
    source_table: str
    files: tuple[LandedFile, ...]


def quoted(text: object) -> str:
    """`text` as an SQL string literal."""
    return "'" + str(text).replace("'", "''") + "'"


def read_landing(folder: Path) -> list[Landed]:
    """Every landed table of `folder`, with each file's header and each line checked.

    Raises `LandingError` with all file faults of all files.
    """
    if not folder.is_dir():
        raise LandingError(
            folder, ["the folder does not exist: set STUDY_EXTRACTS to the landing folder"]
        )
    landed, faults = _find(folder)
    faults += _malformed_lines(folder, landed)
    if faults:
        raise LandingError(folder, faults)
    return landed


def create_views(connection: duckdb.DuckDBPyConnection, landed: Iterable[Landed]) -> None:
    """Lay the landed tables as views in the in-memory catalog `landing`, a schema a supplier.

    Every column is text; `source_table` and `row_number` (from 1 after the header, files in the
    order of their names) say where a row stands.
    """
    connection.execute("attach if not exists ':memory:' as landing")
    by_table: dict[LandedTable, list[Landed]] = {table: [] for table in landed_tables()}
    for one in landed:
        by_table[one.table].append(one)
    for schema in dict.fromkeys(table.schema for table in by_table):
        connection.execute(f"create schema if not exists landing.{schema}")
    for table, places in by_table.items():
        queries = [_reading(place) for place in places] or [_nothing(table)]
        connection.execute(
            f"create or replace view landing.{table.schema}.{table.name} as\n"
            + "\nunion all\n".join(queries)
        )


def _find(folder: Path) -> tuple[list[Landed], list[str]]:
    """The landed tables that `folder` holds, and the faults of files and headers."""
    landed: list[Landed] = []
    faults: list[str] = []
    studies = sorted(
        place.name
        for place in (folder / "surveys").glob("*")
        if place.is_dir() and not place.name.startswith(".")
    )
    if not studies:
        faults.append("surveys: no study's folder is there; expected surveys/<study>/ for each")
    for table in landed_tables():
        if table.landed_as.startswith(ANY_STUDY):
            places = [f"surveys/{study}/{table.name}" for study in studies]
        else:
            places = [table.landed_as]
        for place in places:
            paths, found_faults = _files(folder, place, table.optional)
            faults += found_faults
            files = []
            for path in paths:
                columns, header_faults = _header(folder, path, table)
                faults += header_faults
                if not header_faults:
                    files.append(LandedFile(path, columns))
            if files:
                landed.append(Landed(table, place, tuple(files)))
    return landed, faults


def _files(folder: Path, place: str, optional: bool) -> tuple[list[Path], list[str]]:
    """The files of one table at one place, in the order of their names."""
    forms = [
        [path for path in (folder / f"{place}.csv", folder / f"{place}.parquet") if path.is_file()],
        sorted(path for path in (folder / place).glob("*") if path.suffix in (".csv", ".parquet")),
    ]
    paths = [path for form in forms for path in form]
    if len(forms[0]) > 1 or all(forms):
        return [], [
            f"{place}: landed more than once; expected one of {place}.csv, {place}.parquet "
            f"or a folder {place}/"
        ]
    if len({path.suffix for path in paths}) > 1:
        return [], [f"{place}/: holds both CSV and Parquet files; expected one kind"]
    if not paths and not optional:
        return [], [f"{place}.csv: the file is missing"]
    return paths, []


def _header(folder: Path, path: Path, table: LandedTable) -> tuple[tuple[str, ...], list[str]]:
    """The columns of a file in its own order, and what is wrong with them."""
    name = path.relative_to(folder).as_posix()
    try:
        if path.suffix == ".parquet":
            described = duckdb.sql(f"describe from read_parquet({quoted(path)})").fetchall()
            columns = tuple(row[0] for row in described)
        else:
            with path.open(encoding="utf-8-sig", newline="") as file:
                columns = tuple(next(csv.reader(file, strict=True), ()))
    except UnicodeDecodeError:
        return (), [f"{name}, line 1: not UTF-8"]
    except (csv.Error, duckdb.Error):
        # the library's own message may quote what the file holds
        return (), [f"{name}, line 1: the header cannot be read"]
    faults = []
    missing = [column for column in table.columns if column not in columns]
    if missing:
        faults.append(f"{name}: missing column(s) {', '.join(missing)}")
    # a header of unasked columns may be a row of data: only what looks like a name is repeated
    unasked = sorted({column for column in columns if column not in table.columns})
    if unasked:
        shown = [column if column.isidentifier() else "(unprintable)" for column in unasked]
        faults.append(
            f"{name}: column(s) {', '.join(shown)} were not asked for; "
            f"expected only {', '.join(table.columns)}"
        )
    twice = [column for column in table.columns if columns.count(column) > 1]
    if twice:
        faults.append(f"{name}: column(s) {', '.join(twice)} more than once in the header")
    return columns, faults


def _malformed_lines(folder: Path, landed: Iterable[Landed]) -> list[str]:
    """The lines of CSV files that are no row of theirs, or no UTF-8.

    Reads every file once. DuckDB's own message would print the line, so the rejected lines are
    collected and only their numbers told.
    """
    with duckdb.connect() as connection:
        for place in landed:
            for file in place.files:
                if not file.is_parquet:
                    # hashing every column makes the reader look at every byte of it
                    connection.execute(
                        f"select bit_xor(hash(columns(*))) from {_csv(file, rejects=True)}"
                    )
        if not connection.execute(
            "select * from duckdb_tables() where table_name = 'reject_errors'"
        ).fetchall():
            return []
        rejected = connection.execute(
            """
            select file_path, line, min(error_type)
            from reject_errors inner join reject_scans using (scan_id, file_id)
            group by all
            qualify row_number() over (partition by file_path order by line) <= ?
            order by all
            """,
            [LINES_TOLD],
        ).fetchall()
    return [
        f"{Path(path).relative_to(folder).as_posix()}, line {line}: {_REJECTED[kind]}"
        for path, line, kind in rejected
    ]


_REJECTED = {
    "CAST": "a value cannot be read",
    "INVALID ENCODING": "not UTF-8",
    "LINE SIZE OVER MAXIMUM": "the line is too long, or a quote is never closed",
    "MISSING COLUMNS": "fewer values than the header has columns",
    "TOO MANY COLUMNS": "more values than the header has columns",
    "UNQUOTED VALUE": "a quoted value is not closed, or is followed by something else",
    "INVALID STATE": "a quoted value is not closed, or is followed by something else",
}


def _csv(file: LandedFile, rejects: bool = False) -> str:
    """A `read_csv` call; columns are named by the file's own header, for DuckDB reads by place."""
    columns = ", ".join(f"{quoted(column)}: 'varchar'" for column in file.columns)
    return (
        f"read_csv({quoted(file.path)}, columns = {{{columns}}}, header = true, "
        "auto_detect = false, delim = ',', quote = '\"', escape = '\"'"
        + (", store_rejects = true, rejects_limit = 0" if rejects else "")
        + ")"
    )


def _reading(place: Landed) -> str:
    """The query that reads one landed table at one place."""
    columns = ", ".join(place.table.columns)
    if place.files[0].is_parquet:
        types = {
            name: kind
            for name, kind, *_ in duckdb.sql(
                f"describe from read_parquet({quoted(place.files[0].path)})"
            ).fetchall()
        }
        rows_before, queries = 0, []
        for file in place.files:
            values = ", ".join(
                f"strftime({column}, '%Y-%m-%dT%H:%M:%SZ') as {column}"
                if types[column].startswith("TIMESTAMP")
                else f"{column}::varchar as {column}"
                for column in place.table.columns
            )
            queries.append(
                f"select {quoted(place.source_table)} as source_table, "
                f"{rows_before} + file_row_number + 1 as row_number, {values} "
                f"from read_parquet({quoted(file.path)}, file_row_number = true)"
            )
            rows_before += duckdb.sql(
                f"select sum(num_rows)::bigint from parquet_file_metadata({quoted(file.path)})"
            ).fetchall()[0][0]
        return "\nunion all\n".join(queries)
    files = " union all ".join(f"select {columns} from {_csv(file)}" for file in place.files)
    return (
        f"select {quoted(place.source_table)} as source_table, "
        f"row_number() over () as row_number, {columns} from ({files})"
    )


def _nothing(table: LandedTable) -> str:
    """A table that was not landed and need not be: no row of it."""
    columns = ", ".join(f"null::varchar as {column}" for column in table.columns)
    return (
        f"select {quoted(table.landed_as)} as source_table, 0::bigint as row_number, {columns} "
        "where false"
    )
