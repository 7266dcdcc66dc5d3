"""SPSS: a file per table, with variable and value labels and a user-missing code."""

import textwrap
from itertools import count
from pathlib import Path

import duckdb
import pandas
import pyreadstat

from studylink.release.formats import coded
from studylink.release.formats.description import Release, path

FOLDER = "spss"
LONGEST_FILE_LABEL, LONGEST_LABEL, LONGEST_VALUE_LABEL, LONGEST_NOTE = 64, 255, 120, 80
"""Bytes of the label of a file, a variable and a value, and of a line of notes."""


def write(connection: duckdb.DuckDBPyConnection, release: Release, folder: Path) -> None:
    """Write every table, and the codes."""
    for table, variables, rows in coded.tables(connection, release, folder / FOLDER):
        labels: dict[str, dict] = {}
        missing: dict[str, list] = {}
        for variable in variables:
            name = variable.column.name
            labels[name] = {
                value: coded.shortened(label, LONGEST_VALUE_LABEL)
                for value, label in variable.labels.items()
            }
            if variable.has_missing_code:
                code = _missing_code(rows[name])
                missing[name] = [code]
                labels[name][code] = coded.shortened(variable.column.missing, LONGEST_VALUE_LABEL)
                rows[name] = rows[name].fillna(code)
        pyreadstat.write_sav(
            rows,
            path(folder / FOLDER, table, "sav"),
            row_compress=True,
            file_label=coded.shortened(release.marked(table.full_name), LONGEST_FILE_LABEL),
            column_labels=[coded.shortened(one.column.label, LONGEST_LABEL) for one in variables],
            variable_value_labels={name: of for name, of in labels.items() if of},
            missing_ranges=missing,
            variable_measure={one.column.name: _measure(one) for one in variables},
            variable_format={
                one.column.name: "F8.0"
                for one in variables
                if one.is_number and one.column.data_type != "double"
            },
            note=[
                line
                for text in (
                    release.marked(table.description),
                    release.citation,
                    release.terms,
                )
                for line in textwrap.wrap(text.encode("ascii", "replace").decode(), LONGEST_NOTE)
            ],
        )


def _measure(variable: coded.Variable) -> str:
    return "nominal" if variable.labels or not variable.is_number else "scale"


def _missing_code(values: pandas.Series) -> int:
    """The missing code of a column: the first of -9, -99, -999 that is not a value of its own.

    Negative, as in the UK's cohort studies, so that it is not taken for a count or a code.
    """
    own = set(values)
    return next(code for digits in count(1) if (code := 1 - 10**digits) not in own)
