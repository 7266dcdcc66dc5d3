"""How coded, true-or-false and missing values are numbered for Stata and SPSS, alike in both.

Both label numbers, so a coded column holds a number and the label is the code's; the column of
labels beside it is left out. The number is the code, where all of its list are whole numbers;
otherwise the code's place in `about.value_labels`, from 1. `codes.csv` has the number, code and
label of each. A truth value is 0 or 1.

A release keeps no reason beside a single missing value, so each column has one missing code, and
its label has every reason that the column knows. Text has no missing code: it is empty.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pandas

from studylink.files import quoted
from studylink.release.formats.description import Column, Release, Table

CODES = "codes.csv"
FALSE_AND_TRUE = {0: "No", 1: "Yes"}


@dataclass(frozen=True)
class Variable:
    """A column as Stata and SPSS have it: `sql` is its value, `labels` those of its numbers."""

    column: Column
    sql: str
    is_number: bool
    labels: dict[int, str]

    @property
    def has_missing_code(self) -> bool:
        """Whether a missing value has a code of its own."""
        return self.is_number and not self.column.is_never_missing


def tables(
    connection: duckdb.DuckDBPyConnection, release: Release, folder: Path
) -> Iterator[tuple[Table, list[Variable], pandas.DataFrame]]:
    """Each table with its variables and rows, once the folder is made and has the codes.

    Missing numbers are not-a-number. Raises `ValueError` where a column holds a code that is in no
    list: it would be lost.
    """
    folder.mkdir()
    _write_codes(release, folder)
    for table in release.tables:
        variables = [_variable(column) for column in table.columns_beside_labels]
        yield table, variables, _rows(connection, table, variables)


def _variable(column: Column) -> Variable:
    name = f'"{column.name}"'
    if column.codes:
        numbered = _numbers(column)
        if all(str(number) == code for code, number in numbered.items()):
            sql = f"cast({name} as double)"
        else:
            pairs = ", ".join(f"{quoted(code)}: {number}" for code, number in numbered.items())
            sql = f"cast(map {{{pairs}}}[cast({name} as varchar)] as double)"
        labels = {numbered[code]: label for code, label in column.codes}
        return Variable(column, sql, True, labels)
    if column.data_type == "boolean":
        return Variable(column, f"cast({name} as double)", True, FALSE_AND_TRUE)
    if column.data_type == "varchar":
        return Variable(column, f"coalesce({name}, '')", False, {})
    return Variable(column, f"cast({name} as double)", True, {})


def _numbers(column: Column) -> dict[str, int]:
    """By code of a column: its number."""
    codes = [code for code, _ in column.codes]
    # nine digits are a whole number of Stata's; SNOMED CT's are longer
    if all(code.isascii() and code.isdigit() and len(code) < 10 for code in codes):
        numbered = {code: int(code) for code in codes}
        if len(set(numbered.values())) == len(codes):
            return numbered
    return {code: place for place, code in enumerate(codes, start=1)}


def _rows(
    connection: duckdb.DuckDBPyConnection, table: Table, of: list[Variable]
) -> pandas.DataFrame:
    values = ", ".join(f'{variable.sql} as "{variable.column.name}"' for variable in of)
    frame = connection.execute(f"select {values} from {table.relation}").df()
    for variable in of:
        if variable.column.codes:
            name = variable.column.name
            ((known,),) = connection.execute(
                f'select count("{name}") from {table.relation}'
            ).fetchall()
            if known != frame[name].count():
                raise ValueError(f"{table.full_name}.{name} holds a code that is in no list")
    return frame


def shortened(text: str, most: int) -> str:
    """A label of at most so many bytes of UTF-8."""
    whole = text.encode()
    return text if len(whole) <= most else whole[: most - 3].decode(errors="ignore") + "..."


def _write_codes(release: Release, folder: Path) -> None:
    """Write the number, code and label of every coded column."""
    with (folder / CODES).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["table_schema", "table_name", "column_name", "number", "code", "label"])
        for table in release.tables:
            for column in table.columns:
                for (code, number), (_, label) in zip(
                    _numbers(column).items(), column.codes, strict=True
                ):
                    writer.writerow([table.schema, table.name, column.name, number, code, label])
