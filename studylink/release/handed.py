"""What a project is handed: the release's readable database, and all that is made from it."""

from pathlib import Path

import duckdb

from studylink import databases
from studylink.pages import codebook
from studylink.release import content, formats


def make(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Write all that a project receives into a folder, from the release that is attached."""
    file = folder / formats.DATABASE
    databases.attach_file(connection, file, "readable")
    connection.execute(f"copy from database {content.RELEASE} to readable")
    connection.execute("checkpoint readable")
    connection.execute("detach readable")
    codebook.write(file, folder / codebook.FILE, previous=None)
    formats.write(file)
