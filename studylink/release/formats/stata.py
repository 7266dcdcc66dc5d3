"""Stata: a file of format 118 (Stata 14 and later) per table, with variable and value labels."""

from pathlib import Path

import duckdb
import pyreadstat

from studylink.release.formats import coded
from studylink.release.formats.description import Release, path

FOLDER = "stata"
FORMAT_118 = 14
"""The version of Stata that brought format 118, as pyreadstat has it."""
MISSING = "a"
"""Stata's extended missing value `.a`."""
LONGEST = 80
"""Characters of a variable's label, and of a file's."""
LONGEST_NAME = 29
"""Characters of the name of a variable that can have value labels: pyreadstat names them by the
variable and a number, and Stata's names have at most 32."""


def write(connection: duckdb.DuckDBPyConnection, release: Release, folder: Path) -> None:
    """Write every table, and the codes."""
    for table, variables, rows in coded.tables(connection, release, folder / FOLDER):
        labels: dict[str, dict] = {}
        missing = {}
        for variable in variables:
            name = variable.column.name
            labels[name] = dict(variable.labels)
            if variable.has_missing_code:
                missing[name] = [MISSING]
                labels[name][MISSING] = variable.column.missing
                # numbers and letters in one column: as categories, for pyreadstat takes a column of
                # objects that begins with a hundred letters for text
                categories = rows[name].astype("category").cat.add_categories([MISSING])
                rows[name] = categories.fillna(MISSING)
        pyreadstat.write_dta(
            rows,
            path(folder / FOLDER, table, "dta"),
            version=FORMAT_118,
            file_label=coded.shortened(release.marked(table.full_name), LONGEST),
            column_labels=[coded.shortened(one.column.label, LONGEST) for one in variables],
            variable_value_labels={
                name: of for name, of in labels.items() if of and len(name) <= LONGEST_NAME
            },
            missing_user_values=missing,
        )
