"""All formats of a release, made from its DuckDB file alone."""

import os
from pathlib import Path

import duckdb

from studylink.files import quoted
from studylink.release.formats import (
    csvw,
    database,
    ddi,
    description,
    disclosure,
    parquet,
    readme,
    ro_crate,
    spss,
    stata,
)

FORMATS = (database, parquet, csvw, stata, spss, ddi, disclosure, readme, ro_crate)
"""Each a module whose `write` makes its files in a folder; the last lists those of all others."""


def write(release: Path, folder: Path) -> list[Path]:
    """Write a release in every format to `folder`, which may be new; returns the files.

    `release` is its DuckDB file. Files are for their owner alone (mode 0600, folders 0700).
    """
    mask = os.umask(0o077)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with duckdb.connect() as connection:
            connection.execute(f"attach {quoted(release.absolute())} as release (read_only)")
            connection.execute("use release")
            described = description.read(connection)
            for form in FORMATS:
                form.write(connection, described, folder)
    finally:
        os.umask(mask)
    return sorted(path for path in folder.rglob("*") if path.is_file())
