"""What is said first of a build: the statements that it could not read, by file and row alone."""

import duckdb

from studylink import contract

STATEMENTS = ("participants", "permissions", "requests")
SHOWN = 20

# Copies come last: what is in them is in the row that counts.
QUARANTINED = """
select source_table, row_number, reason
from study.governance.quarantined_records
where source_table similar to ?
order by reason = 'duplicate', source_table, row_number
"""


def alarm(connection: duckdb.DuckDBPyConnection) -> str | None:
    """Which rows of participants, permissions and requests are quarantined; None where none is.

    `connection` has the database `study` attached. Landed table, row number and reason of the first
    rows are named, and of the others how many there are and where: no value of any row.
    """
    places = "|".join(
        table.landed_as.replace("*", "[^/]+")
        for table in contract.landed_tables()
        if table.schema == "surveys" and table.name in STATEMENTS
    )
    rows = connection.execute(QUARANTINED, [places]).fetchall()
    if not rows:
        return None
    lines = [
        f"ALARM: {len(rows):,} row(s) of {', '.join(STATEMENTS)} are quarantined, and a no may be"
        " in them. Have each landed right:",
        *(f"  {table}, row {number}: {reason}" for table, number, reason in rows[:SHOWN]),
    ]
    if len(rows) > SHOWN:
        lines.append(
            f"  and {len(rows) - SHOWN:,} more: governance.quarantined_records has them all"
        )
    return "\n".join(lines)
