"""Intruders who know something of somebody, and look for them in what researchers are given.

Each is a declaration: what they know, and how many they may find. They have every table of a study,
and join the tables on their ids. What they know exactly a column shows within its recode, which is
no secret: so they look for the value that is shown of their person. Years of birth and regions they
know as landed, whatever is shown; years of birth are held against every age that any row shows.

A candidate is anybody who shows nothing that contradicts what is known. Somebody is found for
certain if they are the only candidate. Else the intruder guesses, among the candidates who show the
most.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

import duckdb

from studylink.manifest import Manifest, Node

STUDY = "five_to_twelve"
MANY = 2000
"""Families in a file in which people hide each other; in a smaller one they stand out more."""


class Births(NamedTuple):
    """The years of birth of the children, or of the adults, of a family, to within some years."""

    whose: str
    within: int = 0


class Column(NamedTuple):
    """A column of a table, as it shows a family in the latest wave, and the child if it can."""

    table: str
    column: str


class Family(NamedTuple):
    """What is known of a family, besides who of it takes part."""

    clues: tuple[Births | Column, ...]


class Row(NamedTuple):
    """One row of a person in a table, in these columns. Each row of everybody is tried."""

    table: str
    columns: tuple[str, ...]


class Intruder(NamedTuple):
    """Somebody, what they know, and the largest share of tries that may find for certain.

    `limit` is for a file of `MANY` families or more, `limit_if_few` for a smaller one. Who has none
    is met by other means: they never open the file, and accredited researchers look for nobody.
    """

    name: str
    knows: Family | Row
    limit: float | None = None
    limit_if_few: float | None = None


class Found(NamedTuple):
    """How often an intruder tried and found for certain, and how often a guess is right."""

    tries: int
    for_certain: int
    by_guessing: float


ANSWERS = tuple(
    Column("parent_interviews", column)
    for column in ("child_gender", "tenure", "household_size", "ethnic_group")
)
AREA = ("region", "imd_quintile", "rural_urban", "crime_quintile", "house_price_band", "no2_band")

INTRUDERS = (
    Intruder(
        "neighbour",
        Family((Births("child"), Births("adult", within=3), Column("areas", "region"), *ANSWERS)),
        # what is accepted, and what less would cost, is in docs/privacy.md
        limit=0.80,
        limit_if_few=0.90,
    ),
    Intruder(
        "employer, or HMRC: one year's pay",
        Row("employments", ("tax_year", "pay_in_year")),
        limit=0.05,
        limit_if_few=0.05,
    ),
    Intruder(
        "DWP: one benefit and its amount",
        Row("benefit_spells", ("benefit_type", "weekly_amount")),
        limit=0.05,
        limit_if_few=0.10,
    ),
    Intruder(
        "HMRC: one award",
        Row("tax_credits", ("tax_year", "award_type", "amount")),
        limit=0.05,
        limit_if_few=0.30,
    ),
    Intruder(
        "HMRC: child benefit",
        Row("child_benefit", ("start_year", "weekly_amount")),
        limit=0.05,
        limit_if_few=0.05,
    ),
    Intruder(
        "teacher: one year's absence",
        Row("absence", ("academic_year", "percent_absent", "percent_unauthorised")),
        limit=0.10,
        limit_if_few=0.15,
    ),
    Intruder("ex-partner", Family((Births("child"), Births("adult"), *ANSWERS))),
    Intruder(
        "own family",
        Family(
            (
                Births("child"),
                Births("adult"),
                *(Column("areas", column) for column in AREA),
                *ANSWERS,
                Column("parent_interviews", "household_income"),
                Column("parent_interviews", "employment_status"),
                Column("parent_interviews", "highest_qualification"),
            )
        ),
    ),
    Intruder(
        "holder of a payroll",
        Row("employments", ("tax_year", "start_month", "pay_in_year")),
    ),
    Intruder(
        "holder of a list of benefits",
        Row("benefit_spells", ("benefit_type", "start_month", "weekly_amount")),
    ),
    Intruder(
        "holder of a school's census",
        Row(
            "pupil_census",
            (
                "academic_year",
                "school_id",
                "national_curriculum_year",
                "is_fsm_eligible",
                "sen_provision",
                "ethnic_group_major",
                "language_group_major",
            ),
        ),
    ),
    Intruder(
        "holder of a hospital's list",
        Row("hospital_episodes", ("admission_month", "primary_diagnosis", "trust_id")),
    ),
)


def attack(
    connection: duckdb.DuckDBPyConnection, manifest: Manifest, year: int
) -> dict[Intruder, Found]:
    """How every intruder fares in the tables of a build that speaks for a moment of this year."""
    tables = {node.alias: node for node in manifest.tables_of_people() if node.schema == STUDY}
    _know(connection, manifest, tables, year)
    return {
        intruder: (
            _by_a_row(connection, tables, intruder.knows)
            if isinstance(intruder.knows, Row)
            else _by_a_family(connection, tables, intruder.knows)
        )
        for intruder in INTRUDERS
    }


def is_small(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether the file that was attacked holds fewer than `MANY` families."""
    return connection.execute("select count(*) < ? from families", [MANY]).fetchall()[0][0]


def _know(
    connection: duckdb.DuckDBPyConnection, manifest: Manifest, tables: dict[str, Node], year: int
) -> None:
    """What is known of every family of the file as landed, and when each may have been born.

    Who have the same role in a family are told apart by their ages, known or shown.
    """
    people, pseudonyms, identities, postcodes = (
        manifest.named(name).relation
        for name in ("int_participants", "pseudonyms", "identities", "postcode_areas")
    )
    births = " union all ".join(
        f"select research_id, {when} - {oldest} as earliest, {when} - {youngest} as latest "
        f"from {node.relation}"
        for node in tables.values()
        for when, youngest, oldest in _ages(node, year)
    )
    connection.execute(
        f"""
        create or replace temp table members as
        with

        births_shown as (
            select research_id, max(earliest) as earliest, min(latest) as latest
            from ({births})
            group by research_id
        )

        select
            shown.research_id,
            shown.family_research_id as family,
            shown.role,
            year(people.month_of_birth) as born,
            births_shown.earliest,
            births_shown.latest,
            postcodes.region as region_known,
            row_number() over (
                partition by family, shown.role order by born, shown.research_id
            ) as place_known,
            row_number() over (
                partition by family, shown.role order by earliest + latest, shown.research_id
            ) as place_shown
        from {tables["participants"].relation} as shown
        inner join {pseudonyms} as pseudonyms
            on pseudonyms.study = '{STUDY}' and shown.research_id = pseudonyms.research_id
        inner join {people} as people using (study, participant_id)
        inner join {identities} as identities using (study, participant_id)
        left join {postcodes} as postcodes using (postcode)
        left join births_shown on shown.research_id = births_shown.research_id
        """
    )
    places = [
        f"max({value}) filter (role = '{role}' and place_{seen} = {place}) as {role}_{place}_{name}"
        for role, place in _places(connection)
        for value, seen, name in (
            ("born", "known", "known"),
            ("earliest", "shown", "from"),
            ("latest", "shown", "to"),
        )
    ]
    connection.execute(
        f"""
        create or replace temp table families as
        select
            family,
            string_agg(role, ' ' order by role) as roles,
            arg_min(region_known, (role != 'child', research_id)) as region_known,
            {", ".join(places)}
        from members
        group by family
        """
    )


def _places(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, int]]:
    """Every role, and every place in it that somebody of a family has."""
    return connection.execute(
        "select distinct role, place_known from members order by all"
    ).fetchall()


def _ages(node: Node, year: int) -> Iterator[tuple[str, str, str]]:
    """In which year, and how old at the least and at the most, somebody is in each row of a table.

    Ages are those reached in the year of an event, or in the year that the build speaks for.
    """
    events = [
        f"left({column}::varchar, 4)::integer"
        for column in node.columns
        if re.search(r"(?<!age_in)_(year|month)$", column)
    ]
    when = f"coalesce({', '.join(events)})" if events else str(year)
    if "age_in_year" in node.columns:
        yield when, "age_in_year", "age_in_year"
    if "age_band" in node.columns:
        youngest, oldest = (
            f"try_cast(nullif(regexp_extract(age_band, '{pattern}', 1), '') as integer)"
            for pattern in (r"^(\d+)", r"under (\d+)$")
        )
        yield (
            when,
            f"if(age_band is null, null, coalesce({youngest}, 0))",
            f"if(age_band is null, null, coalesce({oldest} - 1, 120))",
        )


def _by_a_row(connection: duckdb.DuckDBPyConnection, tables: dict[str, Node], knows: Row) -> Found:
    columns = ", ".join(knows.columns)
    return Found(
        *connection.execute(
            f"""
            with

            tries as (
                select distinct research_id, {columns}
                from {tables[knows.table].relation}
                where ({" and ".join(f"{column} is not null" for column in knows.columns)})
            ),

            alike as (
                select count(*) as people
                from tries
                group by {columns}
            )

            select
                coalesce(sum(people), 0)::bigint,
                count(*) filter (people = 1),
                count(*)
            from alike
            """
        ).fetchall()[0]
    )


def _by_a_family(
    connection: duckdb.DuckDBPyConnection, tables: dict[str, Node], knows: Family
) -> Found:
    known, shown, joins = ["roles"], ["roles"], []
    fits, equal = ["known.roles = shown.roles"], ["0"]
    for clue in knows.clues:
        if isinstance(clue, Births):
            for role, place in _places(connection):
                if (role == "child") != (clue.whose == "child"):
                    continue
                born = f"{role}_{place}"
                known.append(f"{born}_known as {born}")
                shown += [f"{born}_from", f"{born}_to"]
                fits.append(
                    f"coalesce(known.{born} between shown.{born}_from - {clue.within} "
                    f"and shown.{born}_to + {clue.within}, true)"
                )
        else:
            name = clue.column
            known.append(f"region_known as {name}" if name == "region" else name)
            shown.append(name)
            joins.append(f"left join ({_of_families(tables[clue.table], name)}) using (family)")
            fits.append(f"coalesce(known.{name} = shown.{name}, true)")
            equal.append(f"coalesce((known.{name} = shown.{name})::integer, 0)")
    return Found(
        *connection.execute(
            f"""
            with

            everything as materialized (
                select *
                from families
                {" ".join(joins)}
            ),

            candidates as (
                select
                    known.family,
                    known.family = shown.family as is_theirs,
                    {" + ".join(equal)} as shows
                from (select family, {", ".join(known)} from everything) as known
                inner join (select family, {", ".join(shown)} from everything) as shown
                    on {" and ".join(fits)}
            ),

            guesses as (
                select
                    family,
                    count(*) as candidates,
                    bool_or(is_theirs) as is_among_them,
                    max(shows) as most,
                    max(shows) filter (is_theirs) as theirs,
                    count(*) filter (shows = most_shown) as best
                from (
                    select *, max(shows) over (partition by family) as most_shown
                    from candidates
                )
                group by family
            )

            select
                (select count(*) from families),
                count(*) filter (is_among_them and candidates = 1),
                coalesce(sum(1 / best) filter (theirs = most), 0)
            from guesses
            """
        ).fetchall()[0]
    )


def _of_families(table: Node, column: str) -> str:
    """What a table shows of each family in a column, missing values aside."""
    wave = "wave" if "wave" in table.columns else "null"
    return f"""
        select
            family,
            arg_max({column}, {{'wave': {wave}, 'child': role = 'child', 'id': research_id}})
                as {column}
        from {table.relation}
        inner join members using (research_id)
        where {column} is not null
        group by family
    """
