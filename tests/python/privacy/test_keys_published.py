"""The data tests of keys fail if anything joins answers to records, or one study to the other.

The tests' own SQL, as dbt compiled it, runs on research tables of sixty families, written here, in
columns that are there: so a leak costs no build.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from hashlib import sha256

import duckdb
import pytest

from studylink.manifest import Manifest

VAULTS = "pseudonyms_are_the_vaults_and_of_one_study"
CHAINS = "unlinked_answers_lead_to_no_record"
NUMBERS = "no_column_finds_the_records_of_answers"
TYPES = "published_columns_are_of_types_that_are_searched"
SEND, FIVE = "send_futures", "five_to_twelve"
FAMILIES = range(60)
"""Of which the even ones' parents have answers that are linked, and the odd ones' have not."""


def key(*of: object) -> str:
    return sha256("/".join(map(str, of)).encode()).hexdigest()[:32]


def family_key(number: int, is_linked: bool) -> str:
    return key(SEND, "linked" if is_linked else "unlinked", number)


@pytest.fixture(scope="module")
def manifest(built_sample: object) -> Manifest:
    return Manifest(built_sample / "target")


@pytest.fixture
def world(manifest: Manifest) -> Iterator[duckdb.DuckDBPyConnection]:
    """In each family of SEND Futures a parent and a child with answers, and the child's records.

    The child's answers are linked where the parent's are not: so in odd families they are, and in
    even ones the parent's. Five to Twelve has one child, at a school.
    """
    with duckdb.connect() as connection:
        for name in ("research", "vault"):
            connection.execute(f"attach ':memory:' as {name}")
        for table in manifest.research_tables():
            columns = ", ".join(f"{column} {kind}" for column, kind in table.types.items())
            connection.execute(f"create schema if not exists research.{table.schema}")
            connection.execute(f"create table {table.relation} ({columns})")
        people = "study, family_id, research_id, family_research_id, record_research_id"
        columns = people.replace(",", " varchar,") + " varchar"
        connection.execute(f"create table vault.main.pseudonyms ({columns})")
        connection.execute(
            "create table vault.main.place_pseudonyms (study varchar, research_id varchar)"
        )
        known, child_of_five = [], key(FIVE, "person", "child")
        for number in FAMILIES:
            for role in ("parent", "child"):
                person, record = key(SEND, role, number), key(SEND, "record", role, number)
                is_linked = (role == "parent") == (number % 2 == 0)
                family = family_key(number, is_linked)
                known.append((SEND, f"family {number}", person, family, record))
                insert(
                    connection,
                    f"{SEND}.participants",
                    research_id=person,
                    family_research_id=family,
                )
                insert(
                    connection,
                    f"{SEND}.{role}_survey",
                    research_id=person,
                    family_research_id=family,
                    linked_child_research_id=(
                        key(SEND, "record", "child", number) if is_linked else None
                    ),
                    wave=1 + number % 3,
                )
            insert(
                connection,
                f"{SEND}.pupil_census",
                research_id=key(SEND, "record", "child", number),
                school_id=key(SEND, "school", number % 5),
                national_curriculum_year=1 + number % 7,
            )
        known.append((FIVE, "f", child_of_five, key(FIVE, "family"), child_of_five))
        insert(
            connection,
            f"{FIVE}.pupil_census",
            research_id=child_of_five,
            school_id=key(FIVE, "school", 0),
        )
        connection.executemany("insert into vault.main.pseudonyms values (?, ?, ?, ?, ?)", known)
        places = [
            (study, key(study, "school", number))
            for study in (SEND, FIVE)
            for number in (*range(5),)
        ]
        connection.executemany("insert into vault.main.place_pseudonyms values (?, ?)", places)
        yield connection


def insert(connection: duckdb.DuckDBPyConnection, table: str, **values: object) -> None:
    connection.execute(
        f"insert into research.{table} ({', '.join(values)}) "
        f"values ({', '.join('?' * len(values))})",
        list(values.values()),
    )


def give(
    connection: duckdb.DuckDBPyConnection, table: str, column: str, value_of: dict[str, object]
) -> None:
    """Set a column of each row by its research_id."""
    connection.executemany(
        f"update research.{table} set {column} = ? where research_id = ?",
        [(value, research_id) for research_id, value in value_of.items()],
    )


def red(connection: duckdb.DuckDBPyConnection, manifest: Manifest) -> dict[str, list[tuple]]:
    """What each test of keys says; checks that it shows columns and counts, and no key."""
    said = {
        test: connection.execute(manifest.named(test, "test").sql).fetchall()
        for test in (VAULTS, CHAINS, NUMBERS, TYPES)
    }
    words = {
        word for rows in said.values() for row in rows for cell in row for word in str(cell).split()
    }
    assert not any(re.fullmatch("[0-9a-f]{16,}|[0-9]{8,}", word) for word in words)
    return {test: rows for test, rows in said.items() if rows}


def test_sound_keys_join_nothing(world: duckdb.DuckDBPyConnection, manifest: Manifest) -> None:
    assert red(world, manifest) == {}


def parents(value_of: object) -> dict[str, object]:
    return {key(SEND, "parent", number): value_of(number) for number in FAMILIES}


def children(value_of: object) -> dict[str, object]:
    return {key(SEND, "child", number): value_of(number) for number in FAMILIES}


def records(value_of: object) -> dict[str, object]:
    return {key(SEND, "record", "child", number): value_of(number) for number in FAMILIES}


def test_the_id_of_records_among_answers_is_seen(
    world: duckdb.DuckDBPyConnection, manifest: Manifest
) -> None:
    ids = parents(lambda number: key(SEND, "record", "child", number))
    give(world, f"{SEND}.participants", "family_research_id", ids)
    assert red(world, manifest).keys() == {VAULTS, CHAINS}


def test_the_id_of_answers_among_records_is_seen(
    world: duckdb.DuckDBPyConnection, manifest: Manifest
) -> None:
    insert(world, f"{SEND}.absence", research_id=key(SEND, "child", 1))
    assert red(world, manifest).keys() == {VAULTS, CHAINS}


def test_a_family_of_linked_and_unlinked_answers_is_seen(
    world: duckdb.DuckDBPyConnection, manifest: Manifest
) -> None:
    """Each value is on one side only: just the chain leads from answers to records."""
    family = {key(SEND, role, 7): family_key(7, True) for role in ("parent", "child")}
    give(world, f"{SEND}.participants", "family_research_id", family)
    assert red(world, manifest).keys() == {CHAINS}


def test_a_chain_through_columns_that_are_not_pseudonyms_is_seen(
    world: duckdb.DuckDBPyConnection, manifest: Manifest
) -> None:
    """From an unlinked parent by a long number to another, and by another number on."""
    give(world, f"{SEND}.parent_survey", "parent_wellbeing", {key(SEND, "parent", 7): 12345678})
    bridge = {"research_id": key(SEND, "parent", 100), "family_research_id": family_key(100, False)}
    numbers = {"parent_wellbeing": 12345678, "wave": 87654321}
    insert(world, f"{SEND}.parent_survey", **bridge, **numbers)
    world.execute(
        "insert into vault.main.pseudonyms values (?, 'family 100', ?, ?, ?)",
        [SEND, *bridge.values(), key(SEND, "record", "parent", 100)],
    )
    assert red(world, manifest) == {}
    give(world, f"{SEND}.child_survey", "age_in_year", {key(SEND, "child", 9): 87654321})
    assert red(world, manifest).keys() == {CHAINS}


def test_a_chain_through_somebody_without_answers_is_seen(
    world: duckdb.DuckDBPyConnection, manifest: Manifest
) -> None:
    """Who has no answers may share a family's id with people who are linked, and then no other."""
    bridge = {"research_id": key(SEND, "parent", 100), "family_research_id": family_key(8, True)}
    insert(world, f"{SEND}.participants", **bridge)
    world.execute(
        "insert into vault.main.pseudonyms values (?, 'family 8', ?, ?, ?)",
        [SEND, *bridge.values(), key(SEND, "record", "parent", 100)],
    )
    assert red(world, manifest) == {}
    insert(world, f"{SEND}.participants", **bridge | {"family_research_id": family_key(9, False)})
    assert red(world, manifest).keys() == {CHAINS}


@pytest.mark.parametrize("first", [1, 10_000_000], ids=["short", "long"])
def test_a_number_of_the_household_on_both_sides_is_seen(
    world: duckdb.DuckDBPyConnection, manifest: Manifest, first: int
) -> None:
    give(world, f"{SEND}.parent_survey", "wave", parents(lambda number: first + number))
    give(
        world,
        f"{SEND}.pupil_census",
        "national_curriculum_year",
        records(lambda number: first + number),
    )
    assert red(world, manifest).keys() == ({NUMBERS} if first == 1 else {NUMBERS, CHAINS})


@pytest.mark.parametrize("households", [3, 10])
def test_a_number_of_few_households_is_seen(
    world: duckdb.DuckDBPyConnection, manifest: Manifest, households: int
) -> None:
    """On one side it is a double, on the other whole."""
    numbers = children(lambda number: 2000 + number // households)
    give(world, f"{SEND}.child_survey", "support_hours_per_week", numbers)
    for number in FAMILIES:
        insert(
            world,
            f"{SEND}.key_stage_2",
            research_id=key(SEND, "record", "child", number),
            reading_score=2000 + number // households,
        )
    assert red(world, manifest).keys() == {NUMBERS}


def test_scores_that_happen_to_be_equal_are_not_keys(
    world: duckdb.DuckDBPyConnection, manifest: Manifest
) -> None:
    """Of sixty families a sixth and more have the same numbers on both sides."""
    give(world, f"{SEND}.parent_survey", "parent_wellbeing", parents(lambda number: number % 11))
    give(
        world,
        f"{SEND}.pupil_census",
        "national_curriculum_year",
        records(lambda number: number % 11 if number % 6 == 0 else (number * 7) % 11),
    )
    assert red(world, manifest) == {}


def test_one_pupils_pseudonym_in_both_studies_is_seen(
    world: duckdb.DuckDBPyConnection, manifest: Manifest
) -> None:
    """The vault would have to know it; and if it did, in both studies, the test would see it."""
    same = key("pupil", 1)
    give(world, f"{SEND}.pupil_census", "school_id", {key(SEND, "record", "child", 1): same})
    assert red(world, manifest).keys() == {VAULTS}
    for study in (SEND, FIVE):
        world.execute("insert into vault.main.place_pseudonyms values (?, ?)", [study, same])
    assert red(world, manifest) == {VAULTS: [("the vault", "a pseudonym of two studies", 1)]}


def test_a_school_under_its_pseudonym_of_another_study_is_seen(
    world: duckdb.DuckDBPyConnection, manifest: Manifest
) -> None:
    schools = {key(SEND, "record", "child", 1): key(FIVE, "school", 1)}
    give(world, f"{SEND}.pupil_census", "school_id", schools)
    assert red(world, manifest).keys() == {VAULTS}


def test_a_pseudonym_in_a_column_that_is_not_declared_one_is_seen(
    world: duckdb.DuckDBPyConnection, manifest: Manifest
) -> None:
    insert(world, f"{FIVE}.prescriptions", bnf_chemical_code=key("pupil", 1))
    insert(world, f"{SEND}.key_stage_2", reading_score=12345678)
    insert(world, f"{FIVE}.key_stage_2", reading_score=12345678)
    said = red(world, manifest)
    assert said.keys() == {VAULTS}
    assert {row[1] for row in said[VAULTS]} == {
        "looks like a pseudonym and is not declared as one",
        "stands in another study",
    }
