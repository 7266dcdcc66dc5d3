"""The landing folder: what is in it, whether it can be read, and how DuckDB reads it.

A file fault is one that no row can carry: a missing file or column, a column nobody was asked for,
a line that is no row of the file. All of them are collected and raised as one `LandingError`,
before a build has written anything. A row's own faults are for the staging models.
"""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import file_digest, sha256
from pathlib import Path

import duckdb

from studylink.contract import PROJECT, LandedTable, landed_tables

ANY_STUDY = "surveys/*/"
DECIDING_TABLES = ("participants", "permissions", "requests")
DECIDING_SEEDS = ("linkage_policies", "studies")
"""What permission hangs on, beside the moment: landed tables of the surveys, and policy seeds."""
LINES_TOLD = 20
"""Malformed lines named of one file: enough to find what is wrong with it."""
BLOCK = 2**20
"""Bytes read at a time."""
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
    landed, faults = find(folder)
    faults += _malformed_lines(folder, landed)
    if faults:
        raise LandingError(folder, faults)
    return landed


def create_views(connection: duckdb.DuckDBPyConnection, landed: Iterable[Landed]) -> None:
    """Lay the landed tables as views in the in-memory catalog `landing`, a schema a supplier.

    Every column is text; `source_table` and `row_number` (from 1 after the header, files in the
    order of their names) say where a row stands. Beside them `landing.build.inputs` has one row
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


def permissions_checksum(landed: Iterable[Landed]) -> str:
    """SHA-256, in hexadecimal, of everything on which permission hangs, the moment aside.

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


def find(folder: Path) -> tuple[list[Landed], list[str]]:
    """The landed tables that `folder` holds, and the faults of files and headers, none of lines."""
    landed: list[Landed] = []
    faults: list[str] = []
    studies = sorted(
        place.name
        for place in (folder / "surveys").glob("*")
        if place.is_dir() and not place.name.startswith(".")
    )
    if not studies:
        faults.append("surveys: no study's folder is there; expected surveys/<study>/ for each")
    # a study whose answers have places of their own is expected, even where nothing of it is there
    expected = {
        table.landed_as.split("/")[1]
        for table in landed_tables()
        if table.landed_as.startswith("surveys/") and not table.landed_as.startswith(ANY_STUDY)
    }
    for table in landed_tables():
        if table.landed_as.startswith(ANY_STUDY):
            places = [f"surveys/{study}/{table.name}" for study in sorted({*studies, *expected})]
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
        sorted(
            path for path in (folder / place).glob("[!.]*") if path.suffix in (".csv", ".parquet")
        ),
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
            columns = tuple(_parquet_types(path))
        else:
            # whatever is no UTF-8 becomes a surrogate: that of later lines is not the header's
            with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
                columns = tuple(next(csv.reader(file, strict=True), ()))
            "".join(columns).encode()
    except UnicodeEncodeError:
        return (), [f"{name}, line 1: not UTF-8"]
    except (csv.Error, duckdb.Error):
        # the library's own message may quote what the file holds
        return (), [f"{name}, line 1: the header cannot be read"]
    missing = [column for column in table.columns if column not in columns]
    if 2 * len(missing) > len(table.columns):
        # what stands there may be a row of data, which nobody may see
        return (), [
            f"{name}, line 1: no header with the columns asked for; "
            f"missing column(s) {', '.join(missing)}"
        ]
    faults = []
    if missing:
        faults.append(f"{name}: missing column(s) {', '.join(missing)}")
    unasked = sorted({column for column in columns if column not in table.columns})
    if unasked:
        faults.append(
            f"{name}: column(s) {', '.join(map(_shown, unasked))} were not asked for; "
            f"expected only {', '.join(table.columns)}"
        )
    twice = [column for column in table.columns if columns.count(column) > 1]
    if twice:
        faults.append(f"{name}: column(s) {', '.join(twice)} more than once in the header")
    return columns, faults


def _shown(column: str) -> str:
    """The name of a column as it may stand in a message: on one line, and no longer than a name."""
    if column.isidentifier() and len(column) <= LONGEST_NAME:
        return column
    return ascii(column[:LONGEST_NAME])


def _malformed_lines(folder: Path, landed: Iterable[Landed]) -> list[str]:
    """The lines of CSV files that are no row of theirs, and files that are no UTF-8.

    Reads every file once. DuckDB's own message would print the line or the value, so the rejected
    lines are collected and only their numbers told.
    """
    faults: list[str] = []
    with duckdb.connect() as connection:
        for file in (file for place in landed for file in place.files):
            name = file.path.relative_to(folder).as_posix()
            if file.is_parquet:
                try:
                    connection.execute(
                        f"select bit_xor(hash(columns(*))) from read_parquet({located(file.path)})"
                    ).fetchall()
                except duckdb.Error:
                    faults.append(f"{name}: a value cannot be read, or is not UTF-8")
                continue
            try:
                # hashing every column makes the reader look at every byte of it
                connection.execute(
                    f"select bit_xor(hash(columns(*))) from {_csv(file, rejects=True)}"
                ).fetchall()
            except duckdb.Error:
                # the reader gives a whole file up where its lines end in different ways
                line = _line_ending_otherwise(file.path)
                faults.append(
                    f"{name}, line {line}: it does not end as the lines before it do"
                    if line
                    else f"{name}: cannot be read as CSV"
                )
                continue
            if not connection.execute(
                "select 1 from duckdb_tables() where table_name = 'reject_errors'"
            ).fetchall():
                continue
            rejected = connection.execute(
                """
                select min(coalesce(byte_position, line_byte_position)), min(error_type::varchar)
                from reject_errors
                group by line
                order by line
                limit ?
                """,
                [LINES_TOLD],
            ).fetchall()
            connection.execute("drop table reject_errors; drop table reject_scans")
            lines = _lines_at(file.path, [position for position, _ in rejected])
            faults += [
                f"{name}, line {line}: {_REJECTED.get(kind, 'cannot be read')}"
                for line, (_, kind) in zip(lines, rejected, strict=True)
            ]
    return faults


def _lines_at(path: Path, positions: list[int]) -> list[int]:
    """The numbers of the lines in which bytes stand, counted as an editor does.

    DuckDB's own count is of rows, of which one may be many lines. `positions` count from 1 and
    ascend.
    """
    lines, ends = [], 0
    with path.open("rb") as file:
        for position in positions:
            while file.tell() < position - 1:
                block = file.read(min(BLOCK, position - 1 - file.tell()))
                ends += block.count(b"\n")
            lines.append(ends + 1)
    return lines


def _line_ending_otherwise(path: Path) -> int | None:
    """The number of the first line that does not end as the header does."""
    with path.open("rb") as file:
        as_header, in_quotes = None, False
        for number, line in enumerate(file, start=1):
            in_quotes ^= line.count(b'"') % 2 == 1
            if in_quotes:
                continue
            end = line[len(line.rstrip(b"\r\n")) :]
            if as_header is None:
                as_header = end
            elif end and end != as_header:
                return number
    return None


_REJECTED = {
    "CAST": "a value cannot be read",
    "INVALID ENCODING": "not UTF-8",
    "LINE SIZE OVER MAXIMUM": "the line is too long, or a quote is never closed",
    "MISSING COLUMNS": "fewer values than the header has columns",
    "TOO MANY COLUMNS": "more values than the header has columns",
    "UNQUOTED VALUE": "a quoted value is not closed, or is followed by something else",
    "INVALID STATE": "a quoted value is not closed, or is followed by something else",
}


def located(path: Path) -> str:
    """A path as DuckDB reads it: as it stands, with nothing in it a wildcard."""
    return quoted("".join(f"[{letter}]" if letter in "*?[" else letter for letter in str(path)))


def _csv(file: LandedFile, rejects: bool = False) -> str:
    """A `read_csv` call; columns are named by the file's own header, for DuckDB reads by place."""
    columns = ", ".join(f"{quoted(column)}: 'varchar'" for column in file.columns)
    return (
        f"read_csv({located(file.path)}, columns = {{{columns}}}, header = true, "
        "auto_detect = false, delim = ',', quote = '\"', escape = '\"'"
        + (", store_rejects = true, rejects_limit = 0" if rejects else "")
        + ")"
    )


def _reading(place: Landed) -> str:
    """The query that reads one landed table at one place."""
    columns = ", ".join(place.table.columns)
    if place.files[0].is_parquet:
        rows_before, queries = 0, []
        for file in place.files:
            types = _parquet_types(file.path)
            values = ", ".join(
                f"nullif({_as_landed(column, types[column])}, '') as {column}"
                for column in place.table.columns
            )
            queries.append(
                f"select {quoted(place.source_table)} as source_table, "
                f"{rows_before} + file_row_number + 1 as row_number, {values} "
                f"from read_parquet({located(file.path)}, file_row_number = true)"
            )
            rows_before += duckdb.sql(
                f"select sum(num_rows)::bigint from parquet_file_metadata({located(file.path)})"
            ).fetchall()[0][0]
        return "\nunion all\n".join(queries)
    files = " union all ".join(f"select {columns} from {_csv(file)}" for file in place.files)
    return (
        f"select {quoted(place.source_table)} as source_table, "
        f"row_number() over () as row_number, {columns} from ({files})"
    )


def _parquet_types(path: Path) -> dict[str, str]:
    """The columns of a Parquet file and their types, in its own order."""
    return {
        name: kind
        for name, kind, *_ in duckdb.sql(f"describe from read_parquet({located(path)})").fetchall()
    }


def _as_landed(column: str, kind: str) -> str:
    """A column of a Parquet file as the text it would be in a CSV file."""
    if kind == "TIMESTAMP WITH TIME ZONE":
        # an instant: its UTC, whatever the session's zone
        column, kind = f"({column} at time zone 'UTC')", "TIMESTAMP"
    if kind.startswith("TIMESTAMP"):
        return f"strftime({column}, '%Y-%m-%dT%H:%M:%SZ')"
    if kind in ("DOUBLE", "FLOAT"):
        # never `2.0` of a whole number, nor `1e-05`; what has no such form is a fault of its row
        return (
            f"coalesce(case when {column} = trunc({column}) then try_cast({column} as hugeint) end"
            f"::varchar, rtrim(rtrim(try_cast({column} as decimal(28, 10))::varchar, '0'), '.'), "
            f"{column}::varchar)"
        )
    return f"{column}::varchar"


def _nothing(table: LandedTable) -> str:
    """A table that was not landed and need not be: no row of it."""
    columns = ", ".join(f"null::varchar as {column}" for column in table.columns)
    return (
        f"select {quoted(table.landed_as)} as source_table, 0::bigint as row_number, {columns} "
        "where false"
    )
