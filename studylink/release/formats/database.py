"""The release as a DuckDB file: written fresh, so that no dropped row's bytes are in it."""

from pathlib import Path

import duckdb

from studylink.files import quoted
from studylink.release.formats.description import Release

FILE = "release.duckdb"


def write(connection: duckdb.DuckDBPyConnection, release: Release, folder: Path) -> None:
    """Copy every table with its comments into a new file."""
    connection.execute(f"attach {quoted((folder / FILE).absolute())} as fresh")
    connection.execute("copy from database release to fresh")
    connection.execute("detach fresh")
