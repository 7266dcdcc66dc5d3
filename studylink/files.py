"""The one way in which files of tables are found and read: landed ones, and the project's own.

A table is a CSV or a Parquet file, or a folder of files of one kind. Nothing in a path is data: a
folder named `study=x` is a folder. All code that reads a file gets its SQL here.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from studylink.lines import Lines

ENDINGS = (".csv", ".parquet")
"""How the name of a file of a table ends, in whichever case."""
HIDDEN = (".", "_")
"""How the name of a hidden file or folder begins: nobody landed it as part of a table."""
LIKE_A_PART = {*ENDINGS, ".pq"}
"""Endings of a file that is taken for part of the table with whose name its own begins."""
LONGEST_LINE = 2_000_000
"""Bytes of the longest line that DuckDB reads by default."""
BUFFER = 32_000_000
"""Bytes that DuckDB reads of a file at a time by default."""


def quoted(text: object) -> str:
    """`text` as an SQL string literal."""
    return "'" + str(text).replace("'", "''") + "'"


def located(path: Path) -> str:
    """A path for DuckDB to read literally: nothing in it is a wildcard or a home folder."""
    whole = str(path.absolute())
    return quoted("".join(f"[{letter}]" if letter in "*?[" else letter for letter in whole))


def shown(name: str) -> str:
    """The name of a file or column for a message: on one line, and not too long."""
    plain = name.isprintable() and not any(letter in "\"'," for letter in name)
    return name if plain else ascii(name)


# --------------------------------------------------------------------------------------------------
# Finding
# --------------------------------------------------------------------------------------------------


def kind(path: Path) -> str:
    """The ending that says how a file is read: one of `ENDINGS`, or another that is not."""
    return path.suffix.lower()


def found(folder: Path, table: str) -> tuple[list[Path], list[str]]:
    """The files of one table in a folder, in the order of their names, and what is wrong with them.

    Anything else where the table is expected is a fault that names it, and so is a file that can
    only be a part of it: a part that is passed over may hold a no.
    """
    expected = f"expected {table}.csv, {table}.parquet or a folder {table}/ of such files"
    here = [path for path in _entries(folder) if _stands_for(path.name, table)]
    files = [path for path in here if path.stem == table and kind(path) in ENDINGS]
    parts = [path for path in here if path.name == table and path.is_dir()]
    faults = [
        f"{shown(path.name)}: cannot be read as the table {table}; {expected}"
        for path in here
        if path not in parts and not (path in files and _can_be_opened(path))
    ]
    if len(files) + len(parts) > 1:
        names = ", ".join(shown(path.name) for path in (*files, *parts))
        faults.append(f"{table}: landed more than once, as {names}; {expected}")
    if faults or not parts:
        return files, faults
    files = list(_entries(folder / table))
    faults = [
        f"{table}/{shown(path.name)}: no CSV or Parquet file; {expected}"
        for path in files
        if kind(path) not in ENDINGS or not _can_be_opened(path)
    ]
    if not files:
        faults.append(f"{table}/: the folder holds no file; {expected}")
    elif not faults and len({kind(path) for path in files}) > 1:
        faults.append(f"{table}/: holds both CSV and Parquet files; expected one kind")
    return files, faults


def _entries(folder: Path) -> list[Path]:
    """What is in a folder, apart from hidden things, in the order of the names."""
    if not folder.is_dir():
        return []
    return sorted(
        (path for path in folder.iterdir() if not path.name.startswith(HIDDEN)),
        key=lambda path: path.name,
    )


def _can_be_opened(path: Path) -> bool:
    """Whether something is a file, and its name, as DuckDB must have it, is text."""
    try:
        str(path).encode()
    except UnicodeEncodeError:
        return False
    return path.is_file()


def stray(folder: Path, places: Iterable[Path], tables: Collection[str]) -> list[Path]:
    """Files of rows with the name of one of `tables` in a place where no table is expected.

    `places` are all those within `folder`, each a table's path without its ending. Such a file was
    meant to be read: `Copy of permissions.csv`, say, or `surveys/permissions.csv`.
    """
    places = list(places)

    def is_expected(path: Path) -> bool:
        return any(
            path.is_relative_to(place.parent)
            and _stands_for(path.relative_to(place.parent).parts[0], place.name)
            for place in places
        )

    return [
        path
        for path in sorted(folder.rglob("*"))
        for within in (path.relative_to(folder),)
        if path.is_file()
        and not any(part.startswith(HIDDEN) for part in within.parts)
        and LIKE_A_PART & {ending.lower() for ending in path.suffixes}
        and any(_has_name_of(part, table) for part in within.parts for table in tables)
        and not is_expected(within)
    ]


def _has_name_of(name: str, table: str) -> bool:
    """Whether a file's or folder's name has a table's in it, as a word."""
    return re.search(rf"(?<![a-z]){table}(?![a-z])", name.casefold()) is not None


def _stands_for(name: str, table: str) -> bool:
    """Whether something of this name is where a table is expected.

    That is a name with the table's before its first dot, or, of a file of rows, one that goes on
    after the table's with no letter: `permissions-2.csv`, `permissions (copy).csv`.
    """
    folded = name.casefold().strip()
    before_dot, *endings = folded.split(".")
    if before_dot == table:
        return True
    goes_on = before_dot.removeprefix(table)
    return (
        goes_on != before_dot
        and not goes_on[0].isalpha()
        and any(f".{ending}" in LIKE_A_PART for ending in endings)
    )


# --------------------------------------------------------------------------------------------------
# CSV
# --------------------------------------------------------------------------------------------------


def csv(
    paths: Path | Iterable[Path],
    columns: Sequence[str],
    lines: Lines | None = None,
    more: str = "",
) -> str:
    """A `read_csv` call in which every value is text.

    `columns` are those of the files' own headers in their order, for DuckDB reads by place; `lines`
    is how the file was found to be made, without which no line is over 2 MB and no value has line
    ends beyond the first 8 MB; `more` are further options, each after a comma.
    """
    paths = [paths] if isinstance(paths, Path) else list(paths)
    named = ", ".join(f"{quoted(column)}: 'varchar'" for column in columns)
    if lines and lines.ends_within_values:
        # DuckDB reads a large file in parts, and takes a line end within quotes for that of a row
        more += ", parallel = false"
    if lines and lines.longest_row > LONGEST_LINE:
        more += f", max_line_size = {lines.longest_row}"
        more += f", buffer_size = {max(2 * lines.longest_row, BUFFER)}"
    return (
        f"read_csv([{', '.join(map(located, paths))}], columns = {{{named}}}, header = true, "
        "auto_detect = false, delim = ',', quote = '\"', escape = '\"', compression = 'none', "
        f"hive_partitioning = false{more})"
    )


# --------------------------------------------------------------------------------------------------
# Parquet
# --------------------------------------------------------------------------------------------------

ANYTHING = ("text", "binary", "nothing")
ACCEPTED = {
    "text": (*ANYTHING, "integer", "decimal"),
    "integer": (*ANYTHING, "integer", "decimal", "float"),
    "decimal": (*ANYTHING, "integer", "decimal", "float"),
    "boolean": (*ANYTHING, "boolean"),
    "date": (*ANYTHING, "date", "timestamp"),
    "timestamp": (*ANYTHING, "timestamp"),
}
"""By landed type: the kinds of Parquet column that are read for it."""

KINDS = {
    "VARCHAR": "text",
    "BLOB": "binary",
    **dict.fromkeys(("TINYINT", "SMALLINT", "INTEGER", "BIGINT"), "integer"),
    **dict.fromkeys(("UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT"), "integer"),
    "DECIMAL": "decimal",
    **dict.fromkeys(("FLOAT", "DOUBLE"), "float"),
    "BOOLEAN": "boolean",
    "DATE": "date",
    **dict.fromkeys(("TIMESTAMP", "TIMESTAMP_NS", "TIMESTAMP WITH TIME ZONE"), "timestamp"),
}
"""By DuckDB's type, without its digits: the kind of a Parquet column. Any other type is a fault."""

_SCIENTIFIC = (
    "if(contains({0}, 'e'), "
    "if(starts_with({0}, '-'), '-', '') || if({1} < 0, '0.' || repeat('0', -{1} - 1), '') || {2} "
    "|| repeat('0', {1} - length({2}) + 1), regexp_replace({0}, '[.]0$', ''))"
).format(
    "{0}::varchar",
    "split_part({0}::varchar, 'e', 2)::integer",
    "regexp_replace(split_part({0}::varchar, 'e', 1), '[^0-9]', '', 'g')",
)
"""A float in digits: never `2.0` of a whole number, nor `1e-05`."""

TEXT = {
    "text": "{0}",
    "binary": "decode({0})",
    "nothing": "null::varchar",
    "integer": "{0}::varchar",
    "decimal": "regexp_replace(regexp_replace({0}::varchar, '([.][0-9]*?)0+$', '\\1'), '[.]$', '')",
    "float": _SCIENTIFIC,
    "boolean": "{0}::varchar",
    "date": "{0}::varchar",
    "timestamp": "strftime({0}, '%Y-%m-%dT%H:%M:%SZ')",
}
"""By kind of a Parquet column: its value as the text that it would be in a CSV file."""
NULL = "NULL"
"""The type that is shown of a column without a value."""
MIDNIGHT = "strftime({0}, '%Y-%m-%d')"
"""A timestamp as the text of a date."""

CONDITIONS = {
    ("text", "decimal"): ("{0} = trunc({0})", "a whole number"),
    ("integer", "decimal"): ("{0} = trunc({0})", "a whole number"),
    ("integer", "float"): ("{0} = trunc({0})", "a whole number"),
    ("date", "timestamp"): ("{0} = date_trunc('day', {0})", "at midnight"),
}
"""By landed type and kind: what must hold of every value, in SQL and in words."""


@dataclass(frozen=True)
class ParquetColumn:
    """A column of a Parquet file: its type as DuckDB reads it, and as a message shows it."""

    name: str
    read_as: str
    shown_as: str

    @property
    def kind(self) -> str | None:
        """Its kind, a key of `TEXT`; none if it is of a type that is not read."""
        if self.shown_as == NULL:
            return "nothing"
        return KINDS.get(self.read_as.split("(")[0]) if self.shown_as == self.read_as else None

    def condition(self, landed: str) -> tuple[str, str]:
        """What must hold of each value where the column is landed as a type, in SQL and words."""
        sql, words = CONDITIONS.get((landed, self.kind or ""), ("true", "read"))
        return sql.format(self._in_utc), words

    def text(self, landed: str) -> str:
        """The SQL of its value as text, where it is landed as a type that accepts it."""
        form = MIDNIGHT if (landed, self.kind) == ("date", "timestamp") else TEXT[self.kind or ""]
        return form.format(self._in_utc)

    @property
    def _in_utc(self) -> str:
        if self.read_as.endswith("WITH TIME ZONE"):
            # an instant in UTC, whatever the session's zone
            return f"({self.name} at time zone 'UTC')"
        return self.name


def parquet(path: Path, more: str = "") -> str:
    """A `read_parquet` call; `more` are further options, each after a comma."""
    return f"read_parquet({located(path)}, hive_partitioning = false{more})"


def parquet_columns(connection: duckdb.DuckDBPyConnection, path: Path) -> list[ParquetColumn]:
    """The columns of a Parquet file, in its own order; raises `duckdb.Error` if it is not one."""
    types = connection.execute(f"describe from {parquet(path)}").fetchall()
    schema = connection.execute(
        "select num_children, logical_type, converted_type, precision, scale "
        f"from parquet_schema({located(path)})"
    ).fetchall()
    # the schema is a tree, each column before its parts, below a root that is the whole row
    columns, at = [], 1
    for name, read_as, *_ in types:
        _, logical, converted, precision, scale = schema[at]
        shown_as = read_as
        if logical == "NullType()":
            shown_as = NULL
        elif "DECIMAL" in f"{converted} {logical}".upper() and not read_as.startswith("DECIMAL"):
            # wider than DuckDB's own, which would read it as a float
            shown_as = f"DECIMAL({precision},{scale})"
        elif read_as.endswith("]"):
            shown_as = "a list"
        elif read_as.startswith(("STRUCT", "MAP", "UNION", "ENUM")):
            # its parts may have any name
            shown_as = read_as.split("(")[0]
        columns.append(ParquetColumn(name, read_as, shown_as))
        at = _after(schema, at)
    return columns


def _after(schema: Sequence[Sequence], at: int) -> int:
    """The place after a column and its parts."""
    below = at + 1
    for _ in range(schema[at][0] or 0):
        below = _after(schema, below)
    return below


def parquet_faults(
    connection: duckdb.DuckDBPyConnection, path: Path, types: Mapping[str, str]
) -> tuple[list[ParquetColumn], int, list[str]]:
    """The columns, the rows and the faults of a Parquet file whose columns are landed as `types`.

    Every value is read, because some may be unreadable. Raises `duckdb.Error` if the file is not
    Parquet.
    """
    columns, faults = [], []
    for column in parquet_columns(connection, path):
        landed = types[column.name]
        try:
            ((values,),) = connection.execute(
                f"select count({column.name}) from {parquet(path)}"
            ).fetchall()
            if not values:
                # of any type: there is nothing in it to misread
                column = replace(column, shown_as=NULL)
            if column.kind not in ACCEPTED[landed]:
                *others, last = (kind for kind in ACCEPTED[landed] if kind != "nothing")
                faults.append(
                    f"column {column.name} is {column.shown_as}; "
                    f"expected {', '.join(others)} or {last}"
                )
                continue
            condition, words = column.condition(landed)
            ((wrong, _),) = connection.execute(
                f"select count(*) filter (not ({condition})), bit_xor(hash({column.text(landed)})) "
                f"from {parquet(path)}"
            ).fetchall()
            if wrong:
                faults.append(f"column {column.name} is {column.shown_as}, and not always {words}")
        except duckdb.Error:
            # the library's own message may quote the value
            faults.append(
                f"column {column.name} is {column.shown_as}; "
                "a value cannot be read, or is not UTF-8"
            )
        columns.append(column)
    ((rows,),) = connection.execute(f"select count(*) from {parquet(path)}").fetchall()
    return columns, rows, faults
