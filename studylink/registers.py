"""What builds read of the data folder: the request log, the registers of releases and of packs."""

from pathlib import Path

import duckdb

from studylink import landing
from studylink.people import access_register
from studylink.release import shared
from studylink.requests import request_log


def check(data: Path) -> None:
    """Raise `RegisterError` where a register is broken, or was written with another key."""
    shared.check(data)
    access_register.register(data).head()


def create_tables(connection: duckdb.DuckDBPyConnection, data: Path) -> None:
    """Lay all of them in the in-memory catalog `landing`, where SQL finds them.

    Raises `RequestLogError` or `RegisterError` where one of them is broken.
    """
    request_log.create_tables(connection, request_log.read(data))
    shared.create_tables(connection, data)
    access_register.register(data).create_table(connection, "access_register", "packs")
    landing.create_transient_views(connection)
