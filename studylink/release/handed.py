"""What a project is handed: the release's readable database, and all that is made from it."""

from pathlib import Path

import duckdb

from studylink import databases
from studylink.pages import codebook
from studylink.release import content, formats


def make(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    previous: Path | None = None,
    previous_key: str | None = None,
) -> None:
    """Write all that a project receives into a folder, from the release that is attached.

    `previous` is the content of the project's release before, with its key: what has changed since
    is in the codebook.
    """
    file = folder / formats.DATABASE
    databases.attach_file(connection, file, "readable")
    connection.execute(f"copy from database {content.RELEASE} to readable")
    connection.execute("checkpoint readable")
    connection.execute("detach readable")
    codebook.write(file, folder / codebook.FILE, previous, previous_key)
    formats.write(file)
