"""All formats of a release, made from its DuckDB file alone."""

import os
from pathlib import Path

import duckdb

from studylink.files import quoted
from studylink.release.formats import (
    csvw,
    ddi,
    description,
    disclosure,
    parquet,
    readme,
    ro_crate,
    spss,
    stata,
)

DATABASE = "release.duckdb"
"""The file of a release of which all others are made."""
FORMATS = (parquet, csvw, stata, spss, ddi, disclosure, readme, ro_crate)
"""Each a module whose `write` makes its files in a folder; the last lists those of all others."""


def write(release: Path) -> list[Path]:
    """Write a release in every format beside its DuckDB file; returns the files of its folder.

    Files are for their owner alone (mode 0600, folders 0700), and nothing is spilled anywhere.
    """
    mask = os.umask(0o077)
    try:
        with duckdb.connect(config={"temp_directory": ""}) as connection:
            connection.execute(f"attach {quoted(release.absolute())} as release (read_only)")
            connection.execute("use release")
            described = description.read(connection)
            for form in FORMATS:
                form.write(connection, described, release.parent)
    finally:
        os.umask(mask)
    return sorted(path for path in release.parent.rglob("*") if path.is_file())
