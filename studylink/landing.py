"""The landing folder: what is in it, whether it can be read, and how DuckDB reads it.

A file fault is one that no row can carry: a missing file or column, a column nobody was asked for,
a line that is no row of the file. All of them are collected and raised as one `LandingError`,
before a build has written anything. A row's own faults are for the staging models.
"""

import csv
import io
import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from hashlib import file_digest, sha256
from itertools import islice
from pathlib import Path

import duckdb

from studylink import files
from studylink.contract import PROJECT, LandedTable, landed_tables
from studylink.files import quoted
from studylink.lines import Lines
from studylink.lines import checked as checked_lines

ANY_STUDY = "surveys/*/"
DECIDING_TABLES = ("participants", "permissions", "requests")
DECIDING_SEEDS = ("linkage_policies", "studies")
"""What permission depends on besides the moment: landed tables of the surveys, and policy seeds."""
LONGEST_HEADER = 2**20
"""Bytes in which a header must end."""
LONGEST_NAME = 63
"""Characters in the longest column name that a message repeats."""


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
    """One file of a landed table; `columns` are in the order of its own header.

    `rows` are how many it holds. It is known of a file whose every line and value was checked, as
    are, of CSV, how its lines are `made` and, of Parquet, the types of its columns.
    """

    path: Path
    columns: tuple[str, ...]
    rows: int | None = None
    made: Lines | None = None
    types: tuple[files.ParquetColumn, ...] = ()

    @property
    def is_parquet(self) -> bool:
        """Whether the file is Parquet; otherwise it is CSV."""
        return files.kind(self.path) == ".parquet"


@dataclass(frozen=True)
class Landed:
    """One landed table at one place: `source_table` is its path without its extension."""

    table: LandedTable
    source_table: str
    files: tuple[LandedFile, ...]


def read_landing(folder: Path, *schemas: str) -> list[Landed]:
    """Every landed table of `folder`, with each file's header and each line and value checked.

    With `schemas`, the tables of those suppliers alone, whatever is wrong with those of others.

    Raises `LandingError` with all file faults of all files.
    """
    if not folder.is_dir():
        raise LandingError(
            folder, ["the folder does not exist: set STUDY_EXTRACTS to the landing folder"]
        )
    landed, faults = find(folder, *schemas)
    with duckdb.connect() as connection, ThreadPoolExecutor(os.cpu_count()) as at_once:
        # nothing that is landed is spilled anywhere
        connection.execute("set temp_directory = ''")
        of_files = at_once.map(
            lambda file, table: _checked(connection.cursor(), file, table),
            [file for place in landed for file in place.files],
            [place.table for place in landed for _ in place.files],
        )
        checked = []
        for place in landed:
            results = list(islice(of_files, len(place.files)))
            checked.append(replace(place, files=tuple(file for file, _ in results)))
            faults += [
                f"{_name(folder, file.path)}{fault}"
                for file, of_file in results
                for fault in of_file
            ]
    if faults:
        raise LandingError(folder, faults)
    return checked


def create_views(connection: duckdb.DuckDBPyConnection, landed: Iterable[Landed]) -> None:
    """Lay the landed tables as views in the in-memory catalog `landing`, one schema per supplier.

    Every column is text; `source_table` and `row_number` (from 1 after the header, files in the
    order of their names) say where a row is. Beside them `landing.build.inputs` has one row
    with the `permissions_checksum` of the same files.
    """
    landed = list(landed)
    connection.execute("attach if not exists ':memory:' as landing")
    connection.execute("create schema if not exists landing.build")
    connection.execute(
        "create or replace table landing.build.inputs as select ? as permissions_checksum",
        [permissions_checksum(landed)],
    )
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


def create_transient_views(connection: duckdb.DuckDBPyConnection) -> None:
    """Lay what is defined in `study.transient` as views in the in-memory catalog `transient`.

    They read one another, what is landed and the registers: one that reads what is not there yet
    has to wait for a later call.
    """
    connection.execute("attach if not exists ':memory:' as transient")
    waiting = connection.execute(
        "select view_name from duckdb_views() "
        "where database_name = 'study' and schema_name = 'transient' and view_name not in "
        "(select view_name from duckdb_views() where database_name = 'transient') order by view_oid"
    ).fetchall()
    laid = True
    while waiting and laid:
        laid = False
        for (name,) in list(waiting):
            with suppress(duckdb.CatalogException, duckdb.BinderException):
                connection.execute(
                    f"create view transient.main.{name} as from study.transient.{name}"
                )
                waiting.remove((name,))
                laid = True


def permissions_checksum(landed: Iterable[Landed]) -> str:
    """SHA-256, in hexadecimal, of everything that permission depends on, apart from the moment.

    That is each landed file of participants, permissions and requests, by its place and bytes, and
    the policy seeds. Two builds with the same checksum decide alike at the same `as_of`.
    """
    files = [
        (f"{place.source_table}/{file.path.name}", file.path)
        for place in landed
        if place.table.schema == "surveys" and place.table.name in DECIDING_TABLES
        for file in place.files
    ]
    files += [(f"seeds/{name}", PROJECT / "seeds" / f"{name}.csv") for name in DECIDING_SEEDS]
    whole = sha256()
    for name, path in sorted(files):
        with path.open("rb") as file:
            whole.update(f"{name}\n{file_digest(file, 'sha256').hexdigest()}\n".encode())
    return whole.hexdigest()


def find(folder: Path, *schemas: str) -> tuple[list[Landed], list[str]]:
    """The landed tables that `folder` holds, and the faults of files and headers, none of lines.

    With `schemas`, those of these suppliers alone.
    """
    landed: list[Landed] = []
    faults: list[str] = []
    asked = [table for table in landed_tables() if not schemas or table.schema in schemas]
    studies = sorted(
        place.name
        for place in (folder / "surveys").glob("*")
        if place.is_dir() and not place.name.startswith(files.HIDDEN)
    )
    if not studies and "surveys" in {table.schema for table in asked}:
        faults.append("surveys: no study's folder is there; expected surveys/<study>/ for each")
    # a study whose answers have places of their own is expected, even where nothing of it is there
    expected = {
        table.landed_as.split("/")[1]
        for table in landed_tables()
        if table.landed_as.startswith("surveys/") and not table.landed_as.startswith(ANY_STUDY)
    }
    # a study that is not staged yet may call its answers as another study does
    all_places = [
        Path("surveys", study, table.name)
        for study in studies
        for table in landed_tables()
        if table.schema == "surveys"
    ]
    for table in landed_tables():
        if table.landed_as.startswith(ANY_STUDY):
            places = [f"surveys/{study}/{table.name}" for study in sorted({*studies, *expected})]
        else:
            places = [table.landed_as]
        all_places += map(Path, places)
        for place in places if table in asked else ():
            above = Path(place).parent
            paths, found_faults = files.found(folder / above, table.name)
            if not paths and not found_faults and not table.optional:
                found_faults = [f"{table.name}.csv: the file is missing"]
            where = "/".join(map(files.shown, above.parts))
            faults += [f"{where}/{fault}" for fault in found_faults]
            landed_files = []
            for path in paths if not found_faults else ():
                columns, header_faults = _header(path, table)
                faults += [f"{_name(folder, path)}{fault}" for fault in header_faults]
                if not header_faults:
                    landed_files.append(LandedFile(path, columns))
            if landed_files:
                landed.append(Landed(table, place, tuple(landed_files)))
    faults += [
        f"{_name(folder, path)}: has a table's name, and no table is expected there; put it in "
        "its place, or begin its name with an underscore if it is not to be read"
        for path in files.stray(folder, all_places, {table.name for table in asked})
    ]
    return landed, faults


def _name(folder: Path, path: Path) -> str:
    """A file as a message names it: its place in the landing folder."""
    return "/".join(map(files.shown, path.relative_to(folder).parts))


def _header(path: Path, table: LandedTable) -> tuple[tuple[str, ...], list[str]]:
    """The columns of a file in its own order, and what is wrong with them."""
    try:
        columns = _parquet_header(path) if files.kind(path) == ".parquet" else _csv_header(path)
    except UnicodeEncodeError:
        return (), [", line 1: not UTF-8"]
    except csv.Error:
        # the library's own message may quote what the file holds
        return (), [", line 1: the header cannot be read"]
    except duckdb.Error:
        return (), [": no whole Parquet file; it may have been cut short on its way"]
    except OSError as error:
        return (), [f": cannot be opened: {error.strerror}"]
    missing = [column for column in table.columns if column not in columns]
    if 2 * len(missing) > len(table.columns):
        # it may be a row of data, which nobody may see
        return (), [
            ", line 1: no header with the columns asked for; "
            f"missing column(s) {', '.join(missing)}"
        ]
    faults = []
    if missing:
        faults.append(f": missing column(s) {', '.join(missing)}")
    unasked = sorted({column for column in columns if column not in table.columns})
    if unasked:
        faults.append(
            f": column(s) {', '.join(map(_shown, unasked))} were not asked for; "
            f"expected only {', '.join(table.columns)}"
        )
    twice = [column for column in table.columns if columns.count(column) > 1]
    if twice:
        faults.append(f": column(s) {', '.join(twice)} more than once in the header")
    return columns, faults


def _csv_header(path: Path) -> tuple[str, ...]:
    with path.open("rb") as file:
        begin = file.read(LONGEST_HEADER)
    # bytes that are not UTF-8 become surrogates: those of later lines are not the header's
    text = begin.decode("utf-8-sig", errors="surrogateescape")
    columns = tuple(next(csv.reader(io.StringIO(text, newline=""), strict=True), ()))
    "".join(columns).encode()
    return columns


def _parquet_header(path: Path) -> tuple[str, ...]:
    with duckdb.connect() as connection:
        return tuple(column.name for column in files.parquet_columns(connection, path))


def _shown(column: str) -> str:
    """The name of a column for a message: on one line, and no longer than a name."""
    if column.isidentifier() and len(column) <= LONGEST_NAME:
        return column
    return ascii(column[:LONGEST_NAME])


def _checked(
    connection: duckdb.DuckDBPyConnection, file: LandedFile, table: LandedTable
) -> tuple[LandedFile, list[str]]:
    """A file with what a reader must know of it, and the faults of its lines or values.

    DuckDB's own messages would print what the file holds, so none of them is passed on.
    """
    if file.is_parquet:
        types, rows, faults = files.parquet_faults(
            connection, file.path, dict(zip(table.columns, table.types, strict=True))
        )
        return replace(file, rows=rows, types=tuple(types)), [f": {fault}" for fault in faults]
    made, malformed = checked_lines(file.path, file.columns)
    if made is None:
        return file, [f", line {line}: {what}" for line, what in malformed.items()]
    value_bytes = " + ".join(f"coalesce(strlen({column}), 0)" for column in file.columns)
    try:
        # every value is read once, so that no build stops at, or misreads, what is taken here
        found = connection.execute(
            f"select count(*), coalesce(sum({value_bytes}), 0)::bigint "
            f"from {files.csv(file.path, file.columns, made)}"
        ).fetchall()
    except duckdb.Error:
        found = []
    if found != [(made.rows, made.value_bytes)]:
        return file, [": it is well formed, but DuckDB cannot read it as it is"]
    return replace(file, rows=made.rows, made=made), []


def _reading(place: Landed) -> str:
    """The query that reads one landed table at one place.

    Each file's rows are numbered by themselves: over several, the numbers differ from run to run.
    """
    rows_before, queries = 0, []
    types = dict(zip(place.table.columns, place.table.types, strict=True))
    for file in place.files:
        if file.is_parquet:
            parquet = {column.name: column for column in file.types}
            number = "file_row_number + 1"
            values = ", ".join(
                f"nullif({parquet[column].text(types[column])}, '') as {column}"
                for column in place.table.columns
            )
            read = files.parquet(file.path, ", file_row_number = true")
        else:
            number, values = "row_number() over ()", ", ".join(place.table.columns)
            read = files.csv(file.path, file.columns, file.made)
        queries.append(
            f"select {quoted(place.source_table)} as source_table, "
            f"{rows_before} + {number} as row_number, {values} from {read}"
        )
        assert file.rows is not None, "a file is checked before it is read"
        rows_before += file.rows
    return "\nunion all\n".join(queries)


def _nothing(table: LandedTable) -> str:
    """A table that was not landed and need not be: no row of it."""
    columns = ", ".join(f"null::varchar as {column}" for column in table.columns)
    return (
        f"select {quoted(table.landed_as)} as source_table, 0::bigint as row_number, {columns} "
        "where false"
    )
