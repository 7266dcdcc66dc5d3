"""Queries to begin with, on the tables that a release has, in four languages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import dedent, indent
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from studylink.pages.codebook import Table

PERSON = "research_id"
"""The column that says whose row it is. In a table without it each row is somebody's own."""
FIRST = "child_years"
"""The table that is ready to analyse; where a release has none, its first serves."""


@dataclass(frozen=True)
class Example:
    """One question, and what answers it in each language."""

    question: str
    code: dict[str, str]


def queries(tables: Sequence[Table]) -> list[Example]:
    """What to run first on a release, in its folder."""
    of_people = [table for table in tables if table.is_of_people]
    if not of_people:
        return []
    table = next((one for one in of_people if one.name == FIRST), of_people[0])
    examples = [
        _example(
            f"What is in {table.id}?",
            f"""\
            select column_name, label, unit, missing
            from about.columns
            where table_schema = '{table.schema}' and table_name = '{table.name}'
            order by position""",
            f"""\
            {_use(table.id)}
            describe""",
        ),
        _example(
            "Which periods does each table cover?",
            """\
            select table_schema, table_name, first_period, last_period
            from about.coverage
            where first_period is not null
            order by table_schema, table_name""",
            f"""\
            {_use("about.coverage")}
            list table_schema table_name first_period last_period if first_period != \"\"""",
        ),
    ]
    has_person = _has(table, PERSON)
    people = f"count(distinct {PERSON})" if has_person else "count(*)"
    if label := next((one.labelled_by for one in table.variables if one.labelled_by), None):
        code = label.removesuffix("_label")
        once = f"bysort {PERSON} {code}: keep if _n == 1" if has_person else "* a row per person"
        examples.append(
            _example(
                f"How many people are there by {code}?",
                f"""\
                select {label}, {people} as people
                from {table.id}
                where {label} is not null
                group by {label}
                order by people desc""",
                f"""\
                {_use(table.id)}
                {once}
                tabulate {code}, sort""",
            )
        )
    others = [one for one in of_people if one.schema == table.schema and _has(one, PERSON)]
    if has_person and (other := next((one for one in others if one != table), None)):
        examples.append(
            _example(
                f"How many people of {table.id} have rows in {other.name}, and how many rows each?",
                f"""\
                with

                rows_counted as (
                    select {PERSON}, count(*) as rows_held
                    from {other.id}
                    group by {PERSON}
                ),

                people as (
                    select distinct {PERSON}
                    from {table.id}
                )

                select
                    count(*) as people,
                    count(rows_counted.{PERSON}) as people_with_rows,
                    round(avg(rows_counted.rows_held), 1) as rows_each
                from people
                left join rows_counted
                    on people.{PERSON} = rows_counted.{PERSON}""",
                f"""\
                {_use(other.id)}
                contract {PERSON}, freq(rows_held)
                tempfile rows_counted
                save `rows_counted'
                {_use(table.id)}
                bysort {PERSON}: keep if _n == 1
                merge 1:1 {PERSON} using `rows_counted', keep(master match)
                summarize rows_held""",
            )
        )
    return examples


def _has(table: Table, column: str) -> bool:
    return any(one.name == column for one in table.variables)


def _use(table: str) -> str:
    return f'use "stata/{table}.dta", clear'


def _example(question: str, query: str, stata: str) -> Example:
    query = dedent(query)
    inside = indent(query, "    ")
    return Example(
        question,
        {
            "SQL": f"-- duckdb -readonly release.duckdb\n{query};",
            "R": f"""\
library(DBI)
release <- dbConnect(duckdb::duckdb(), "release.duckdb", read_only = TRUE)
table <- dbGetQuery(release, "
{inside}
")
print(table)""",
            "Stata": dedent(stata),
            "Python": f'''\
import duckdb

release = duckdb.connect("release.duckdb", read_only=True)
table = release.sql("""
{inside}
""").df()
print(table)''',
        },
    )
