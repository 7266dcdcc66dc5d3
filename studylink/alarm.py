"""What a build says first: the statements that it could not read, only by file and row."""

from collections.abc import Iterable, Iterator
from itertools import groupby

import duckdb

from studylink import contract, files

STATEMENTS = ("participants", "permissions", "requests")

# Copies come last: what is in them is in the row that counts.
QUARANTINED = """
select source_table, reason, list(row_number order by row_number) as rows
from study.governance.quarantined_records
where source_table similar to ?
group by source_table, reason
order by reason = 'duplicate', source_table, reason
"""


def statements_quarantined(connection: duckdb.DuckDBPyConnection) -> list[tuple]:
    """Landed table, reason and row numbers of the statements that are quarantined, copies last.

    `connection` has the database `study` attached.
    """
    places = "|".join(
        table.landed_as.replace("*", "[^/]+")
        for table in contract.landed_tables()
        if table.schema == "surveys" and table.name in STATEMENTS
    )
    return connection.execute(QUARANTINED, [places]).fetchall()


def headline(found: list[tuple]) -> str:
    """How many statements are quarantined, and why that matters, in one sentence."""
    return (
        f"ALARM: {sum(len(rows) for *_, rows in found):,} row(s) of {', '.join(STATEMENTS)} are"
        " quarantined, and a no may be in them."
    )


def alarm(connection: duckdb.DuckDBPyConnection) -> str | None:
    """Which rows of participants, permissions and requests are quarantined; None if none is.

    Every row is named by its landed table, its number and the reason: no value of any row.
    """
    found = statements_quarantined(connection)
    if not found:
        return None
    return "\n".join(
        (f"{headline(found)} Ask for each to be landed again correctly:", *lines(found))
    )


def lines(found: Iterable[tuple]) -> Iterator[str]:
    """A line for each landed table and reason: which rows, by their numbers alone."""
    for table, reason, rows in found:
        place = "/".join(map(files.shown, table.split("/")))
        yield f"  {place}, row{'s' * (len(rows) > 1)} {listed(rows)}: {reason}"


def listed(numbers: Iterable[int]) -> str:
    """Ascending numbers in words, those that follow one another as `7 to 12`."""
    runs = groupby(enumerate(numbers), key=lambda placed: placed[1] - placed[0])
    ends = [[number for _, number in run] for _, run in runs]
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]} to {run[-1]}" for run in ends)
