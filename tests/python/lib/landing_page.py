"""The tables of docs/landing.md, as the sources declare what may be landed.

`make landing-page` writes them, between the page's marks `tables of <supplier>` and `end`.
"""

from __future__ import annotations

import re

from studylink.contract import LandedColumn, LandedTable, landed_tables
from tests.python.lib.project import ROOT

PAGE = ROOT / "docs" / "landing.md"
BETWEEN_MARKS = re.compile(r"(?<=<!-- tables of )(\w+)( -->\n)(.*?)(?=<!-- end -->)", re.DOTALL)
HEADER = """\
| column | type | never empty | one of | meaning |
| --- | --- | --- | --- | --- |
"""


def as_declared(page: str) -> str:
    """The page with every supplier's tables as they are declared; the rest is as it was."""

    def tables(mark: re.Match) -> str:
        of_supplier = (table for table in landed_tables() if table.schema == mark[1])
        return mark[1] + mark[2] + "\n" + "\n".join(map(_table, of_supplier)) + "\n"

    return BETWEEN_MARKS.sub(tables, page)


def _table(table: LandedTable) -> str:
    key = ", ".join(f"`{column}`" for column in table.key)
    said = [
        table.description,
        f"Kind: {table.kind}{f', of the domain `{table.domain}`' if table.domain else ''}.",
        f"Key: {key}." if key else "",
        "Adults alone." if table.adults_only else "",
        "The file may be absent." if table.optional else "",
    ]
    heading = f"### `{table.landed_as.replace('*', '<study>')}`"
    columns = "".join(map(_column, table.declared))
    return f"{heading}\n\n{' '.join(filter(None, said))}\n\n{HEADER}{columns}"


def _column(column: LandedColumn) -> str:
    never_empty = "yes" if column.required else "of a child" if column.required_of_child else ""
    one_of = ", ".join(f"`{value}`" for value in column.listed)
    cells = (f"`{column.name}`", column.data_type, never_empty, one_of)
    return f"| {' | '.join((*cells, column.description))} |\n"


if __name__ == "__main__":
    PAGE.write_text(as_declared(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
