"""The intruders in a release: in exactly what it holds, joined on the ids that it holds.

A release is a database of the shape of `research.duckdb`, cut to what a project was approved for,
with one row in `about.release`. How many may be found in it depends on who opens it (`access`) and
on whether it has family ids.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import partial
from typing import NamedTuple

import duckdb

from studylink.attack import contents, intruders
from studylink.attack.figures import Ceiling, Figures, ceiling
from studylink.manifest import Node

OUTPUTS = ("safeguarded", "with_family_ids", "without_family_ids")
"""The kinds of release that have ceilings of their own."""
EVERYTHING = "somebody who knows every quasi-identifier"

Fact = tuple[str, ...]
"""Columns that show one fact, and are left out together."""


class Attacked(NamedTuple):
    """How every intruder fares in a release, and what to leave out where one finds too many."""

    figures: list[Figures]
    advice: list[str]


class _Attacker(NamedTuple):
    """Somebody who looks, the facts that they may go by, and how they fare in some tables."""

    facts: Sequence[Fact]
    fares: Callable[[intruders.Tables], Figures]


def know(connection: duckdb.DuckDBPyConnection, ids: str) -> str:
    """What is known of everybody in a release, as landed; returns the relation, a temporary one.

    `ids` is a relation of `study, research_id, release_id`: whom each id of the release stands for.
    The `vault` and `study` of the build that it was made of must be attached.
    """
    connection.execute(
        f"""
        create or replace temp table known_in_release as
        select known.* replace (ids.release_id as research_id)
        from {intruders.know(connection)} as known
        inner join {ids} as ids using (study, research_id)
        """
    )
    return "known_in_release"


def release_figures(
    connection: duckdb.DuckDBPyConnection, release: str, known: str, ceilings: Sequence[Ceiling]
) -> Attacked:
    """Let every intruder look for everybody in the release that is attached under this name.

    Of a safeguarded one, whose table is k-anonymous, it is one who knows all by which somebody may
    be known. `known` is a relation as `know` makes it.
    """
    ((access, has_family_ids, as_of),) = connection.execute(
        f"select access, has_family_ids, left(as_of, 10)::date from {release}.about.release"
    ).fetchall()
    safeguarded, with_family_ids, without_family_ids = OUTPUTS
    output = with_family_ids if has_family_ids else without_family_ids
    if access == safeguarded:
        output = safeguarded
    attacked = Attacked([], [])
    for study, tables in _studies(connection, release).items():
        for attacker in _attackers(connection, study, tables, known, as_of, output, ceilings):
            figures = attacker.fares(tables)
            attacked.figures.append(figures)
            if not figures.is_within_limits:
                attacked.advice.append(f"{figures.intruder}: {_advice(attacker, tables)}")
    return attacked


def _studies(connection: duckdb.DuckDBPyConnection, release: str) -> dict[str, dict[str, Node]]:
    """The tables of people of each study in a release, with what it says of their columns."""
    studies: dict[str, dict[str, Node]] = {}
    for study, table, columns in connection.execute(
        f"""
        select
            held.schema_name,
            held.table_name,
            list((held.column_name, class, recode) order by held.column_index)
        from duckdb_columns() as held
        left join {release}.about.columns as described
            on held.schema_name = described.table_schema
            and held.table_name = described.table_name
            and held.column_name = described.column_name
        where held.database_name = ?
        group by all
        having bool_or(held.column_name = 'research_id')
        order by all
        """,
        [release],
    ).fetchall():
        relation = f'"{release}"."{study}"."{table}"'
        metas = {
            column: {
                "class": kind,
                "shape": "year_span" if column == "academic_year" else recode,
            }
            for column, kind, recode in columns
        }
        studies.setdefault(study, {})[table] = Node(
            *(relation, table, "model", "", relation, release, study, table, None, None, ()),
            columns=metas,
            types={},
            config={},
        )
    return studies


def _attackers(
    connection: duckdb.DuckDBPyConnection,
    study: str,
    tables: intruders.Tables,
    known: str,
    as_of: date,
    output: str,
    ceilings: Sequence[Ceiling],
) -> Iterator[_Attacker]:
    of_study = f"(select * from {known} where study = '{study}')"
    ((families,),) = connection.execute(f"select count(distinct family) from {of_study}").fetchall()

    def most(intruder: str) -> Ceiling:
        return ceiling(ceilings, output, families, intruder)

    def somebody(intruder: intruders.Intruder, tables: intruders.Tables) -> Figures:
        found = intruders.attack(connection, tables, of_study, as_of.year, (intruder,))
        figures = intruders.figures(intruder, found[intruder], most(intruder.name))
        return figures._replace(intruder=f"{study}, {intruder.name}")

    def everything(name: str, tables: intruders.Tables) -> Figures:
        found = _alike(connection, tables[name])
        one = intruders.Intruder(EVERYTHING, ())
        figures = intruders.figures(one, found, most(EVERYTHING))
        return figures._replace(intruder=f"{study}.{name}, {EVERYTHING}")

    def by_content(questionnaire: str, tables: intruders.Tables) -> Figures:
        shown = contents.shown(connection, tables.values())
        truth = contents.true_records(connection, known, study, shown)
        (asked,) = (node for node, _ in shown if node.alias == questionnaire)
        found = contents.look(shown, asked, as_of, truth)
        return contents.figures(f"{study}.{questionnaire}", found, families < contents.MANY)

    if output == OUTPUTS[0]:
        for name, node in tables.items():
            yield _Attacker([(column,) for column in _quasi(node)], partial(everything, name))
        return
    for intruder in intruders.INTRUDERS:
        yield _Attacker(intruder.facts, partial(somebody, intruder))
    for name, node in tables.items():
        if contents.LINK in node.columns:
            others = [(one,) for one, kind in node.classes().items() if kind != "pseudonym"]
            yield _Attacker(others, partial(by_content, name))


def _quasi(table: Node) -> list[str]:
    """The columns by which somebody may be known, and those that nobody classified."""
    return [column for column, kind in table.classes().items() if kind in (None, "quasi")]


def _alike(connection: duckdb.DuckDBPyConnection, table: Node) -> intruders.Found:
    """How many people show the same in all columns by which they may be known, blanks included."""
    return intruders.Found(
        *connection.execute(
            f"""
            select
                coalesce(sum(people), 0)::bigint,
                count(*) filter (people = 1),
                count(*),
                min(people)
            from (
                select count(distinct research_id) as people
                from {table.relation}
                group by {", ".join(_quasi(table)) or "()"}
            )
            """
        ).fetchall()[0]
    )


def _advice(attacker: _Attacker, tables: intruders.Tables) -> str:
    """What to leave out so that somebody finds no more than they may.

    One fact, where that is enough; else the fact that takes most from them, and again.
    """

    def fares(facts: Sequence[Fact]) -> Figures:
        return attacker.fares(intruders.without(tables, [one for fact in facts for one in fact]))

    there = {column for node in tables.values() for column in node.columns}
    facts = list(dict.fromkeys(tuple(filter(there.__contains__, one)) for one in attacker.facts))
    facts = [fact for fact in facts if fact]
    alone = [fact for fact in facts if fares([fact]).is_within_limits]
    if alone:
        return "leave out or coarsen " + ", or ".join(map(" and ".join, alone))
    left_out: list[Fact] = []
    while facts:
        tried = {fact: fares([*left_out, fact]) for fact in facts}
        best = min(facts, key=lambda one: (tried[one].for_certain, -(tried[one].among or 0)))
        left_out.append(best)
        if tried[best].is_within_limits:
            return "leave out " + "; ".join(map(" and ".join, left_out))
        facts.remove(best)
    return "leave out the table"
