"""`studylink summary`: what the last published build came to, in one screen."""

import argparse
from pathlib import Path

import duckdb

from studylink import alarm, databases

PARTICIPANTS = """
select
    study,
    count(*) filter (is_active) as participants,
    count(*) filter (is_active and not is_adult) as children,
    count(distinct family_id) filter (is_active) as families,
    count(*) filter (not is_active) as withdrawn
from study.intermediate.int_participants
group by study
order by study
"""

LINKAGES = """
select
    study,
    domain,
    count(*) filter (is_permitted) as permitted,
    count(*) filter (not is_permitted) as not_permitted,
    (
        select string_agg(reason || ' ' || linkages, ', ' order by linkages desc, reason)
        from (
            select reason, count(*) as linkages
            from study.governance.linkage_decisions as reasons
            where
                reasons.study = decisions.study
                and reasons.domain = decisions.domain
                and not reasons.is_permitted
            group by reason
        )
    ) as why_not
from study.governance.linkage_decisions as decisions
group by study, domain
order by study, domain
"""

QUARANTINED = """
select source_table, count(*) as rows, string_agg(distinct reason, ', ' order by reason) as reasons
from study.governance.quarantined_records
group by source_table
order by source_table
"""


def add_command(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register `studylink summary`."""
    parser = subparsers.add_parser("summary", help="what the last build came to")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the summary of what is published under `STUDY_DATA`; 1 where nothing is."""
    folder = databases.data_folder()
    try:
        with databases.connect(folder) as connection:
            print(summarised(connection, folder))
    except (FileNotFoundError, PermissionError) as error:
        print(error)
        return 1
    return 0


def summarised(connection: duckdb.DuckDBPyConnection, folder: Path) -> str:
    """The summary as text: counts alone, nothing of any one person."""
    quarantined = connection.execute(QUARANTINED).fetchall()
    statements_quarantined = alarm.alarm(connection)
    sections = [
        (
            "Participants (withdrawn: objected or restricted; the erased are in no count)",
            ("study", "participants", "children", "families", "withdrawn"),
            connection.execute(PARTICIPANTS).fetchall(),
        ),
        (
            "Linkages: a participant's records of a domain, added to a set of answers",
            ("study", "domain", "permitted", "not", "why not"),
            connection.execute(LINKAGES).fetchall(),
        ),
        ("Tables for researchers", ("table", "rows"), research_tables(connection)),
        (
            f"Quarantined: {sum(rows for _, rows, _ in quarantined)} landed rows",
            ("landed table", "rows", "reasons"),
            quarantined,
        ),
    ]
    text = "\n\n".join(f"{title}\n{aligned(header, rows)}" for title, header, rows in sections)
    research = databases.path(folder, "research")
    files = "\n".join(
        f"  {databases.path(folder, name)}  {what}"
        for name, what in (
            ("research", "for researchers: no identifier was ever in it"),
            ("study", "governance: decisions, outcomes, reconciliation"),
            ("vault", "identities and pseudonyms, encrypted"),
        )
    )
    return (
        (f"\n{statements_quarantined}\n" if statements_quarantined else "")
        + f"\n{text}\n\nFiles\n{files}\n\nOpen it:\n"
        f"  .venv/bin/python -c \"import duckdb; duckdb.connect('{research}', read_only=True)"
        f".sql('show all tables').show()\"\n"
    )


def research_tables(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, int]]:
    """Every table of the research database with its number of rows, in the order of names."""
    names = connection.execute(
        """
        select table_schema || '.' || table_name
        from information_schema.tables
        where table_catalog = 'research'
        order by all
        """
    ).fetchall()
    return [
        (name, connection.execute(f"select count(*) from research.{name}").fetchall()[0][0])
        for (name,) in names
    ]


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
    """A count with its thousands apart, any other number to four decimals, nothing of a null."""
    if isinstance(cell, float):
        return f"{cell:,.4f}"
    return f"{cell:,}" if isinstance(cell, int) else str(cell or "")
