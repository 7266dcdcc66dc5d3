"""What intruders find in a release is judged by hand in small ones, and by its own ceilings."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from studylink.attack import release
from studylink.attack.figures import Ceiling, Figures, ceiling, read_ceilings
from studylink.attack.intruders import INTRUDERS
from studylink.release import plan
from tests.python.lib import project

CEILINGS = [
    Ceiling("without_family_ids", 0, "neighbour", 0.0, 5),
    Ceiling("with_family_ids", 0, "neighbour", 0.8, None),
    Ceiling("without_family_ids", 0, "teacher: one year's absence", 0.1, None),
    Ceiling("safeguarded", 0, release.EVERYTHING, 0.0, 10),
]
"""Of the policy seed, those that are tried here."""

CLASSES = {
    "research_id": "pseudonym",
    "family_research_id": "pseudonym",
    "child_research_id": "pseudonym",
    "linked_child_research_id": "pseudonym",
    "percent_absent": "sensitive",
    "tenure": "quasi",
    "region": "quasi",
    "age_in_year": "quasi",
    "age_band": "quasi",
}


class Invented:
    """A release made by hand, and what is known of its people."""

    def __init__(self, connection: duckdb.DuckDBPyConnection):
        self.connection = connection
        connection.execute(
            """
            attach ':memory:' as release;
            create schema release.about;
            create table release.about.columns(
                table_schema varchar, table_name varchar, column_name varchar,
                class varchar, recode varchar
            );
            create table release.about.release(
                access varchar, has_family_ids boolean, as_of varchar
            );
            create table known(
                study varchar, research_id varchar, person varchar, family varchar,
                role varchar, born integer, region varchar
            );
            """
        )

    def is_for(self, access: str = "secure", has_family_ids: bool = False) -> None:
        """Say who opens the release."""
        self.connection.execute(
            "insert into release.about.release values (?, ?, '2026-06-30T00:00:00Z')",
            [access, has_family_ids],
        )

    def holds(self, name: str, query: str, study: str = "five_to_twelve") -> None:
        """Make a table of the release."""
        self.connection.execute(
            f"create schema if not exists release.{study}; "
            f"create table release.{study}.{name} as {query}"
        )
        columns = self.connection.execute(f"describe release.{study}.{name}").fetchall()
        self.connection.executemany(
            "insert into release.about.columns values (?, ?, ?, ?, ?)",
            [
                (study, name, one, CLASSES.get(one, "plain"), "month" if "month" in one else None)
                for one, *_ in columns
            ],
        )

    def knows(self, query: str) -> None:
        """Say who is who; `study` first."""
        self.connection.execute(f"insert into known {query}")

    def attacked(self) -> tuple[dict[str, Figures], list[str]]:
        """How every intruder fares, and what to leave out."""
        attacked = release.release_figures(self.connection, "release", "known", CEILINGS)
        return {one.intruder: one for one in attacked.figures}, attacked.advice


def policy(connection: duckdb.DuckDBPyConnection) -> list[Ceiling]:
    """The ceilings of the policy seed."""
    seed = project.ROOT / "seeds" / "attack_ceilings.csv"
    return read_ceilings(
        connection, f"read_csv('{seed}', header = true, hive_partitioning = false)"
    )


def test_a_ceiling_is_for_an_intruder_and_an_output_that_there_are(
    invented: Invented,
) -> None:
    """One of another name would limit nobody."""
    ceilings = policy(invented.connection)
    intruders = {intruder.name for intruder in INTRUDERS} | {release.EVERYTHING}
    assert {one.intruder for one in ceilings} <= intruders
    assert {one.output for one in ceilings} == {"research", *release.OUTPUTS}


def test_the_ceiling_is_that_of_files_of_as_many_families() -> None:
    few, many = (
        Ceiling("research", 0, "neighbour", 0.9, None),
        Ceiling("research", 2000, "neighbour", 0.8, None),
    )
    assert ceiling([few, many], "research", 1999, "neighbour") == few
    assert ceiling([few, many], "research", 2000, "neighbour") == many
    assert ceiling([few, many], "safeguarded", 2000, "neighbour")[3:] == (None, None)


@pytest.fixture
def invented() -> Iterator[Invented]:
    with duckdb.connect() as connection:
        yield Invented(connection)


MOTHERS_AND_CHILDREN = """
    select
        role || number as research_id,
        'family ' || number as family_research_id,
        role,
        if(role = 'child', 10, null) as age_in_year,
        if(role = 'mother', '40 to under 45', null) as age_band
    from range(1, 11) as numbers(number)
    cross join (values ('child'), ('mother')) as roles(role)
    order by all
"""
"""Ten families whose births are alike."""

INTERVIEWS = """
    select
        'mother' || number as research_id,
        'child' || number as child_research_id,
        1 as wave,
        if(number = 1, 'owned', 'rented') as tenure
    from range(1, 11) as numbers(number)
"""
"""Their answers, of which the first mother's are like nobody else's."""

THEY = """
    select
        'five_to_twelve', role || number, role || number, 'family ' || number, role,
        if(role = 'child', 2016, 1983), 'north'
    from range(1, 11) as numbers(number)
    cross join (values ('child'), ('mother')) as roles(role)
"""


def test_a_family_is_who_the_ids_of_a_release_join(invented: Invented) -> None:
    """With family ids, by them; else a child and who answered about it, by the child's id."""
    invented.is_for(has_family_ids=True)
    invented.holds("participants", MOTHERS_AND_CHILDREN)
    invented.holds("parent_interviews", INTERVIEWS)
    invented.knows(THEY)
    figures, advice = invented.attacked()
    neighbour = figures["five_to_twelve, neighbour"]
    assert (neighbour.tries, neighbour.for_certain, neighbour.among) == (10, 0.1, 1)
    assert advice == []


def test_a_plan_without_family_ids_has_no_id_that_groups_a_family() -> None:
    """But for a safeguarded table, which sums up by the child and has no such id."""
    columns = [
        plan.Column("five_to_twelve", "parent_interviews", name, name == "tenure", None)
        for name in ("research_id", *plan.JOIN_FAMILIES, "tenure")
    ]

    def held(family_ids: bool, access: str = plan.SECURE) -> list[str]:
        tables = plan.allowed(columns, ["five_to_twelve"], [], family_ids, access)
        return list(tables["five_to_twelve"]["parent_interviews"])

    assert held(family_ids=False) == ["research_id", "tenure"]
    assert held(family_ids=True) == [column.name for column in columns]
    assert held(False, plan.SAFEGUARDED) == [name for name in held(True) if name != plan.FAMILY]


def test_where_somebody_is_found_the_advice_names_each_fact_that_is_enough_to_leave_out(
    invented: Invented,
) -> None:
    invented.is_for()
    invented.holds(
        "participants", f"select * exclude family_research_id from ({MOTHERS_AND_CHILDREN})"
    )
    invented.holds("parent_interviews", INTERVIEWS)
    invented.knows(THEY)
    figures, advice = invented.attacked()
    neighbour = figures["five_to_twelve, neighbour"]
    assert (neighbour.tries, neighbour.for_certain, neighbour.among) == (10, 0.1, 1)
    assert advice == ["five_to_twelve, neighbour: leave out or coarsen tenure"]


def test_where_no_single_fact_is_enough_the_advice_names_several(invented: Invented) -> None:
    """Two of the ten differ, one by tenure and one by age: both facts have to go."""
    invented.is_for()
    invented.holds(
        "participants",
        """
        select
            'child' || number as research_id,
            'child' as role,
            if(number = 2, 9, 10) as age_in_year
        from range(1, 11) as numbers(number)
        """,
    )
    invented.holds(
        "parent_interviews",
        f"select child_research_id as research_id, wave, tenure from ({INTERVIEWS})",
    )
    invented.knows(THEY)
    invented.connection.execute("update known set born = 2017 where research_id = 'child2'")
    figures, advice = invented.attacked()
    assert figures["five_to_twelve, neighbour"].for_certain == 0.2
    assert advice == ["five_to_twelve, neighbour: leave out age_in_year; tenure"]


def test_nobody_may_stand_among_fewer_than_the_ceiling_says(invented: Invented) -> None:
    """Four alike are found by nobody for certain, and are too few."""
    invented.is_for()
    invented.holds(
        "participants",
        """
        select
            'child' || number as research_id,
            'child' as role,
            if(number < 5, 9, 10) as age_in_year
        from range(1, 11) as numbers(number)
        """,
    )
    invented.knows(THEY)
    invented.connection.execute(
        "update known set born = 2017 where regexp_matches(research_id, '^child[1-4]$')"
    )
    figures, advice = invented.attacked()
    neighbour = figures["five_to_twelve, neighbour"]
    assert (neighbour.for_certain, neighbour.among, neighbour.is_within_limits) == (0.0, 4, False)
    assert advice == ["five_to_twelve, neighbour: leave out or coarsen age_in_year"]


def test_a_year_group_shows_an_age_where_no_age_is_shown(invented: Invented) -> None:
    invented.is_for()
    invented.holds(
        "pupil_census",
        """
        select
            'child' || number as research_id,
            '2025/26' as academic_year,
            if(number = 1, 0, 5) as national_curriculum_year
        from range(1, 11) as numbers(number)
        """,
    )
    invented.knows(THEY)
    invented.connection.execute("update known set born = 2021 where research_id = 'child1'")
    figures, _ = invented.attacked()
    assert figures["five_to_twelve, neighbour"].for_certain == 0.1


def test_who_knows_nothing_that_a_release_shows_finds_nothing(invented: Invented) -> None:
    """So an employer in a release of absence; what takes its place in `child_years` is used."""
    invented.is_for()
    invented.holds(
        "child_years",
        """
        select
            'child' || number as research_id,
            '2024/25' as academic_year,
            if(number = 1, 30.0, 4.0) as percent_absent
        from range(1, 11) as numbers(number)
        """,
    )
    invented.knows(THEY)
    figures, advice = invented.attacked()
    assert figures["five_to_twelve, teacher: one year's absence"].for_certain == 0.1
    # a year alone is nothing to go by
    assert figures["five_to_twelve, employer, or HMRC: one year's pay"].tries == 0
    assert figures["five_to_twelve, DWP: one benefit and its amount"].tries == 0
    assert figures["five_to_twelve, neighbour"].tries == 0
    assert advice == []


def test_in_a_safeguarded_release_everybody_stands_among_ten(invented: Invented) -> None:
    """By all quasi-identifiers together, a blank being a value."""
    invented.is_for("safeguarded")
    invented.holds(
        "children",
        """
        select
            'child' || number as research_id,
            if(number < 10, 'north', null) as region
        from range(1, 21) as numbers(number)
        """,
    )
    invented.knows(THEY)
    figures, advice = invented.attacked()
    everything = figures[f"five_to_twelve.children, {release.EVERYTHING}"]
    assert (everything.tries, everything.for_certain, everything.among) == (20, 0.0, 9)
    assert advice == [f"{everything.intruder}: leave out or coarsen region"]


def test_unlinked_answers_of_a_release_are_compared_with_its_records(invented: Invented) -> None:
    """Under ids of the release: here by the month in which a parent, who is linked, answered."""
    invented.is_for()
    for questionnaire, link in (("child", "null::varchar"), ("parent", "'record' || number")):
        invented.holds(
            f"{questionnaire}_survey",
            f"""
            select
                '{questionnaire}' || number as research_id,
                {link} as linked_child_research_id,
                1 as wave,
                strftime(date '2020-01-01' + to_months(number::integer), '%Y-%m')
                    as completed_month
            from range(1, 41) as numbers(number)
            """,
            "send_futures",
        )
    invented.holds(
        "absence",
        """
        select 'record' || number as research_id, '2024/25' as academic_year
        from range(1, 41) as numbers(number)
        """,
        "send_futures",
    )
    invented.knows(
        """
        select
            'send_futures', who || number, if(who = 'parent', 'parent', 'child') || number,
            'family ' || number, if(who = 'parent', 'mother', 'child'), 2016, 'north'
        from range(1, 41) as numbers(number)
        cross join (values ('child'), ('record'), ('parent')) as ids(who)
        """
    )
    figures, advice = invented.attacked()
    found = figures["send_futures.child_survey, by what unlinked answers say, waves aside"]
    assert (found.tries, found.for_certain) == (40, 1.0)
    assert f"{found.intruder}: leave out or coarsen wave, or completed_month" in advice
