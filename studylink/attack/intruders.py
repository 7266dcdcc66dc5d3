"""Intruders who know something of somebody, and look for them in what researchers are given.

Each is a declaration of what they know; how many they may find is in the seed `attack_ceilings`.
They have every table of a study, and join the tables on the ids of people and families: a family is
all whom these ids join, where a file has no family ids perhaps one person alone. What they know
exactly a column shows within its recode, which is no secret: so they look for the value that is
shown of their person. Years of birth and regions they know as landed, whatever is shown; years of
birth are held against every age that any row shows.

A candidate is anybody who shows nothing that contradicts what is known. Somebody is found for
certain if they are the only candidate. Else the intruder guesses, among the candidates who show the
most.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple

import duckdb

from studylink.attack.figures import Ceiling, Figures
from studylink.manifest import Manifest, Node

Tables = Mapping[str, Node]
"""The tables of people of one study, by their names."""


class Births(NamedTuple):
    """The years of birth of the children, or of the adults, of a family, to within some years."""

    whose: str
    within: int = 0

    @property
    def columns(self) -> tuple[str, ...]:
        """What shows them."""
        return CHILDS_AGE if self.whose == "child" else ("age_band",)


class Answer(NamedTuple):
    """What a column shows of a family in the latest wave, and of the child if it can."""

    column: str

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that show it: itself, its label, and what it can be reckoned from."""
        return (self.column, f"{self.column}_label", *ALSO_SHOWN_BY.get(self.column, ()))


class Family(NamedTuple):
    """What is known of a family, besides who of it takes part."""

    clues: tuple[Births | Answer, ...]


class Row(NamedTuple):
    """One row of a person in a table, in these columns. Each row of everybody is tried."""

    table: str
    columns: tuple[str, ...]


class Intruder(NamedTuple):
    """Somebody, and what they know: of rows, the one of which most columns are there."""

    name: str
    knows: Family | tuple[Row, ...]

    @property
    def facts(self) -> list[tuple[str, ...]]:
        """The columns that show each thing that they know, and what joins a family."""
        if isinstance(self.knows, Family):
            return [*(clue.columns for clue in self.knows.clues), *((one,) for one in JOINS)]
        return [
            (column, *ALSO_SHOWN_BY.get(column, ())) for row in self.knows for column in row.columns
        ]


class Found(NamedTuple):
    """How often an intruder tried and found for certain, and how often a guess is right.

    `fewest` is the smallest number of candidates among whom somebody stands; None: nobody is tried.
    """

    tries: int
    for_certain: int
    by_guessing: float
    fewest: int | None


JOINS = ("family_research_id", "child_research_id", "linked_child_research_id")
WHEN = re.compile(r"(?<!_in)_(year|month)$")
"""The end of the name of a column that shows when something was, and nothing else."""
CHILDS_AGE = ("age_in_year", "national_curriculum_year")
ALSO_SHOWN_BY = {"household_size": ("equivalised_household_income_dv",)}

ANSWERS = tuple(map(Answer, ("child_gender", "tenure", "household_size", "ethnic_group")))
AREA = ("region", "imd_quintile", "rural_urban", "crime_quintile", "house_price_band", "no2_band")
CENSUS = (
    "academic_year",
    "school_id",
    "national_curriculum_year",
    "is_fsm_eligible",
    "sen_provision",
)

INTRUDERS = (
    Intruder(
        "neighbour",
        Family((Births("child"), Births("adult", within=3), Answer("region"), *ANSWERS)),
    ),
    Intruder(
        "employer, or HMRC: one year's pay",
        (
            Row("employments", ("tax_year", "pay_in_year")),
            Row("child_years", ("academic_year", "parents_pay_dv")),
        ),
    ),
    Intruder(
        "DWP: one benefit and its amount",
        (Row("benefit_spells", ("benefit_type", "weekly_amount")),),
    ),
    Intruder("HMRC: one award", (Row("tax_credits", ("tax_year", "award_type", "amount")),)),
    Intruder("HMRC: child benefit", (Row("child_benefit", ("start_year", "weekly_amount")),)),
    Intruder(
        "teacher: one year's absence",
        (
            Row("absence", ("academic_year", "percent_absent", "percent_unauthorised")),
            Row("child_years", ("academic_year", "percent_absent")),
        ),
    ),
    Intruder("ex-partner", Family((Births("child"), Births("adult"), *ANSWERS))),
    Intruder(
        "own family",
        Family(
            (
                Births("child"),
                Births("adult"),
                *map(Answer, AREA),
                *ANSWERS,
                *map(Answer, ("household_income", "employment_status", "highest_qualification")),
            )
        ),
    ),
    Intruder(
        "holder of a payroll",
        (Row("employments", ("tax_year", "start_month", "pay_in_year")),),
    ),
    Intruder(
        "holder of a list of benefits",
        (Row("benefit_spells", ("benefit_type", "start_month", "weekly_amount")),),
    ),
    Intruder(
        "holder of a school's census",
        (
            Row("pupil_census", (*CENSUS, "ethnic_group_major", "language_group_major")),
            Row("child_years", CENSUS),
        ),
    ),
    Intruder(
        "holder of a hospital's list",
        (
            Row("hospital_episodes", ("admission_month", "primary_diagnosis", "trust_id")),
            Row("child_years", ("academic_year", "nights_in_hospital_dv")),
        ),
    ),
)


def tables_of(manifest: Manifest, study: str) -> dict[str, Node]:
    """The tables of people of a study, as a build publishes them."""
    return {node.alias: node for node in manifest.tables_of_people() if node.schema == study}


def without(tables: Tables, columns: Iterable[str]) -> dict[str, Node]:
    """Tables that do not show some columns."""
    hidden = set(columns)
    return {
        name: replace(
            node, columns={one: meta for one, meta in node.columns.items() if one not in hidden}
        )
        for name, node in tables.items()
    }


def know(connection: duckdb.DuckDBPyConnection) -> str:
    """What is known of everybody, as landed; returns the relation, a temporary one.

    Of `study, research_id, person, family, role, born, region`: every id under which somebody's
    answers or records are published, and whose it is. `born` is a year. The `vault` and `study` of
    one build must be attached.
    """
    connection.execute(
        """
        create or replace temp table known as
        select distinct
            study,
            unnest([pseudonyms.research_id, pseudonyms.record_research_id]) as research_id,
            participant_id as person,
            pseudonyms.family_id as family,
            people.role,
            year(people.month_of_birth) as born,
            postcodes.region
        from vault.main.pseudonyms
        inner join study.intermediate.int_participants as people using (study, participant_id)
        inner join vault.main.identities using (study, participant_id)
        left join vault.main.postcode_areas as postcodes using (postcode)
        """
    )
    return "known"


def attack(
    connection: duckdb.DuckDBPyConnection,
    tables: Tables,
    known: str,
    year: int,
    intruders: Iterable[Intruder],
) -> dict[Intruder, Found | None]:
    """How intruders fare in the tables of a study, which speak for a moment of this year.

    `known` is a relation as `know` makes it. None: nothing that the intruder knows is shown.
    """
    if any(isinstance(one.knows, Family) for one in intruders):
        _tell_apart(connection, tables, known, year)
    return {
        intruder: (
            _by_a_family(connection, tables, intruder.knows)
            if isinstance(intruder.knows, Family)
            else _by_a_row(connection, tables, intruder.knows)
        )
        for intruder in intruders
    }


def figures(intruder: Intruder, found: Found | None, most: Ceiling) -> Figures:
    """How an intruder fared, beside the most that they may find."""
    tries, for_certain, by_guessing, among = found or Found(0, 0, 0.0, None)
    return Figures(
        intruder.name,
        tries,
        for_certain / max(tries, 1),
        most.for_certain_at_most,
        by_guessing / max(tries, 1),
        among=among,
        among_at_least=most.among_at_least,
    )


def families(connection: duckdb.DuckDBPyConnection) -> int:
    """How many families the file that was attacked holds."""
    return connection.execute("select count(*) from families").fetchall()[0][0]


def _tell_apart(
    connection: duckdb.DuckDBPyConnection, tables: Tables, known: str, year: int
) -> None:
    """Who is in the file, what is known of them as landed, and when each may have been born.

    Who have the same role in a family are told apart by their ages, known or shown.
    """
    joined = _joined(connection, tables)
    births = " union all ".join(
        [
            "select null::varchar as research_id, null::bigint as earliest, null::bigint as latest",
            *(
                f"select research_id, {when} - {oldest}, {when} - {youngest} from {node.relation}"
                for node in tables.values()
                for when, youngest, oldest in _ages(tables, node, year)
            ),
        ]
    )
    connection.execute(
        f"""
        create or replace temp table members as
        with

        joined as (
            select unnest($ids) as research_id, unnest($families) as family
        ),

        births_shown as (
            select research_id, max(earliest) as earliest, min(latest) as latest
            from ({births})
            group by research_id
        )

        select
            joined.research_id,
            joined.family,
            person,
            role,
            born,
            region as region_known,
            births_shown.earliest,
            births_shown.latest
        from joined
        inner join {known} as known using (research_id)
        left join births_shown using (research_id)
        """,
        {"ids": list(joined), "families": list(joined.values())},
    )
    connection.execute(
        """
        create or replace temp table people as
        with

        people as (
            select
                family,
                min(research_id) as research_id,
                any_value(role) as role,
                any_value(born) as born,
                any_value(region_known) as region_known,
                max(earliest) as earliest,
                min(latest) as latest
            from members
            group by family, person
        )

        select
            *,
            row_number() over (partition by family, role order by born, research_id)
                as place_known,
            row_number() over (partition by family, role order by earliest + latest, research_id)
                as place_shown
        from people
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
        from people
        group by family
        """
    )


def _joined(connection: duckdb.DuckDBPyConnection, tables: Tables) -> dict[str, str]:
    """By every id of somebody: one id for all whom a chain of ids of people and families joins."""
    joined: dict[str, str] = {}

    def first(one: str) -> str:
        while joined.setdefault(one, one) != one:
            joined[one] = one = joined[joined[one]]
        return one

    people = set()
    for node in tables.values():
        ids = [column for column in node.columns if column.endswith("research_id")]
        for row in connection.execute(
            f"select distinct {', '.join(ids)} from {node.relation}"
        ).fetchall():
            people.add(row[ids.index("research_id")])
            one, *others = (first(id) for id in row if id is not None)
            for other in others:
                joined[first(other)] = first(one)
    return {one: first(one) for one in sorted(people)}


def _places(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, int]]:
    """Every role, and every place in it that somebody of a family has."""
    return connection.execute(
        "select distinct role, place_known from people order by all"
    ).fetchall()


def _ages(tables: Tables, node: Node, year: int) -> Iterator[tuple[str, str, str]]:
    """In which year, and how old at the least and at the most, somebody is in each row of a table.

    Ages are those reached in the year of an event, or in the year that the build speaks for. Where
    no table shows a child's age, the year group in an academic year does.
    """
    events = [
        f"left({column}::varchar, 4)::integer"
        for column in node.columns
        if WHEN.search(column) and column not in CHILDS_AGE
    ]
    when = f"coalesce({', '.join(events)})" if events else str(year)
    if "age_in_year" in node.columns:
        yield when, "age_in_year", "age_in_year"
    elif {"academic_year", "national_curriculum_year"} <= node.columns.keys() and not any(
        "age_in_year" in other.columns for other in tables.values()
    ):
        yield when, "(national_curriculum_year + 4)", "(national_curriculum_year + 5)"
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


def _by_a_row(
    connection: duckdb.DuckDBPyConnection, tables: Tables, rows: tuple[Row, ...]
) -> Found | None:
    shown = [
        (
            tables[row.table].relation,
            [one for one in row.columns if one in tables[row.table].columns],
        )
        for row in rows
        if row.table in tables
    ]
    relation, known = max(shown, key=lambda one: len(one[1]), default=("", []))
    if all(WHEN.search(column) for column in known):
        return None
    columns = ", ".join(known)
    return Found(
        *connection.execute(
            f"""
            with

            tries as (
                select distinct research_id, {columns}
                from {relation}
                where ({" and ".join(f"{column} is not null" for column in known)})
            ),

            alike as (
                select count(*) as people
                from tries
                group by {columns}
            )

            select
                coalesce(sum(people), 0)::bigint,
                count(*) filter (people = 1),
                count(*),
                min(people)
            from alike
            """
        ).fetchall()[0]
    )


def _by_a_family(
    connection: duckdb.DuckDBPyConnection, tables: Tables, knows: Family
) -> Found | None:
    known, shown, joins = ["roles"], ["roles"], []
    fits, equal = ["known.roles = shown.roles"], ["0"]
    if not any(
        column in node.columns
        for node in tables.values()
        for clue in knows.clues
        for column in clue.columns
    ):
        return None
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
        elif said := _of_families(tables, clue.column):
            name = clue.column
            known.append(f"region_known as {name}" if name == "region" else name)
            shown.append(name)
            joins.append(f"left join ({said}) using (family)")
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
                coalesce(sum(1 / best) filter (theirs = most), 0),
                min(candidates) filter (is_among_them)
            from guesses
            """
        ).fetchall()[0]
    )


def _of_families(tables: Tables, column: str) -> str | None:
    """What tables show of each family in a column, missing values aside; None: no table has it."""
    said = " union all ".join(
        f"""
        select
            research_id,
            {column},
            {"wave" if "wave" in node.columns else "-1"} as wave,
            {"academic_year" if "academic_year" in node.columns else "''"} as academic_year
        from {node.relation}
        """
        for node in tables.values()
        if column in node.columns
    )
    return (
        said
        and f"""
        select
            family,
            arg_max(
                {column}, (wave, role = 'child', academic_year, research_id)
            ) as {column}
        from ({said})
        inner join members using (research_id)
        where {column} is not null
        group by family
    """
    )
