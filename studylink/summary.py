"""`studylink summary`: what the last published build produced, on one screen.

What somebody has to see to because of it is `studylink status`.
"""

import argparse
from pathlib import Path

import duckdb

from studylink import alarm, databases
from studylink.people import opening

AS_OF = "select as_of from study.governance.published_build"

STUDIES = """
with

participants as (
    select
        study,
        count(*) filter (is_active) as participants,
        count(distinct family_id) filter (is_active) as families,
        count(*) filter (not is_active) as inactive
    from study.intermediate.int_participants
    group by study
),

research_tables as (
    select
        schema_name as study,
        count(*) as tables,
        sum(estimated_size)::bigint as rows
    from duckdb_tables()
    where database_name = 'research'
    group by schema_name
)

select
    participants.study,
    participants.participants,
    participants.families,
    participants.inactive,
    coalesce(research_tables.tables, 0) as tables,
    coalesce(research_tables.rows, 0) as rows
from participants
left join research_tables
    on participants.study = research_tables.study
order by participants.study
"""

# The three commonest reasons in words, the others as one number, so that a line stays a line.
LINKAGES = """
with

counted as (
    select
        study,
        domain,
        is_permitted,
        reason,
        count(*) as linkages,
        row_number() over (
            partition by study, domain, is_permitted
            order by count(*) desc, reason
        ) as place
    from study.governance.linkage_decisions
    group by study, domain, is_permitted, reason
)

select
    study,
    domain,
    coalesce(sum(linkages) filter (is_permitted), 0)::bigint as permitted,
    coalesce(sum(linkages) filter (not is_permitted), 0)::bigint as not_permitted,
    concat_ws(
        ', ',
        string_agg(reason || ' ' || linkages, ', ' order by place)
            filter (not is_permitted and place <= 3),
        'others ' || sum(linkages) filter (not is_permitted and place > 3)::bigint
    ) as why_not
from counted
group by study, domain
order by study, domain
"""

LANDED_ROWS = """
with

fates as (
    select
        fate,
        sum(records)::bigint as records,
        row_number() over (order by sum(records) desc, fate) as place
    from study.governance.record_reconciliation
    group by fate
)

select concat_ws(
    ', ',
    string_agg(format('{} {:,}', fate, records), ', ' order by place) filter (place <= 4),
    format('others {:,}', sum(records) filter (place > 4)::bigint)
)
from fates
"""


def add_command(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register `studylink summary`."""
    parser = subparsers.add_parser("summary", help="what the last build produced")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the summary of what is published under `STUDY_DATA`, or say why not and return 1."""
    return opening.answered(summary)


def summary() -> None:
    """Print the summary of what is published under `STUDY_DATA`."""
    folder = databases.data_folder()
    with databases.connect_to(folder, "study", "research") as connection:
        print(summarised(connection, folder))


def summarised(connection: duckdb.DuckDBPyConnection, folder: Path) -> str:
    """The summary as text: counts only, and nothing about any one person."""

    def rows(sql: str) -> list[tuple]:
        return connection.execute(sql).fetchall()

    lines = []
    if statements := alarm.statements_quarantined(connection):
        lines += [alarm.headline(statements), "The log of the build names each file and row.", ""]
    lines += [
        f"Published in {folder}, as of {rows(AS_OF)[0][0]:%Y-%m-%d %H:%M:%S} UTC",
        aligned(("study", "participants", "families", "inactive", "tables", "rows"), rows(STUDIES)),
        "",
        "Linkages: a participant's records of a domain, added to a set of answers",
        aligned(("study", "domain", "permitted", "not permitted", "why not"), rows(LINKAGES)),
        "",
        f"Landed rows: {rows(LANDED_ROWS)[0][0]}",
        "",
        "What needs doing: studylink status",
        "Look next: docs/governance.md, docs/researchers.md; for a message, docs/messages.md",
    ]
    return "\n".join(lines)


def aligned(header: tuple[str, ...], rows: list[tuple]) -> str:
    """Rows as aligned text: numbers to the right, words to the left, the last column as it is."""
    if not rows:
        return "  none"
    lines = [
        header,
        *([_cell(cell) for cell in row] for row in rows),
    ]
    widths = [max(len(line[column]) for line in lines) for column in range(len(header))]
    numbers = [isinstance(cell, int | float) for cell in rows[0]]
    return "\n".join(
        "  "
        + "  ".join(
            cell.rjust(width) if number else cell.ljust(width)
            for cell, width, number in zip(line, widths, numbers, strict=True)
        ).rstrip()
        for line in lines
    )


def _cell(cell: object) -> str:
    """A count with thousands separators, any other number to four decimals, nothing for a null."""
    if isinstance(cell, float):
        return f"{cell:,.4f}"
    return f"{cell:,}" if isinstance(cell, int) else str(cell or "")
