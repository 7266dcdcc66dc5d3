"""The data tests that search what is published for identifiers go red at every kind of leak.

The tests' own SQL, as dbt compiled it, runs on empty research tables into which a leak is planted,
beside a vault that knows one family. So each leak costs no build.
"""

from __future__ import annotations

import hashlib
import random
import re
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from stdnum.gb import nhs

from studylink.manifest import Manifest
from tests.python.lib import project

SEARCH = "nothing_of_the_vault_is_published"
CLOSED = "closed_columns_hold_nothing_else"
DETECTORS = "no_column_passes_for_identifiers"
LISTS = ("code_lists", "linkage_characteristics", "recodes")

TEXT = "five_to_twelve.prescriptions.bnf_chemical_code"
NUMBER = "five_to_twelve.parent_interviews.household_income"
WHOLE_NUMBER = "send_futures.key_stage_2.reading_score"
PSEUDONYM = "five_to_twelve.participants.research_id"
OF_THE_VAULT = "vault.pseudonyms.research_id"

KNOWN = [
    ("participants.participant_id", "FT6551906M"),
    ("participants.family_id", "12345"),
    ("participants.first_name", "Siân"),
    ("participants.first_name", "Jo"),
    ("participants.last_name", "White"),
    ("participants.date_of_birth", "2015-03-24"),
    ("participants.address_line_1", "12 St. Mary's Close"),
    ("participants.postcode", "QA19 9QU"),
    ("participants.email", "Sian.White9@example.org"),
    ("participants.phone", "07700 900644"),
    ("participants.unique_pupil_number", "Q801200005001"),
    ("hospital_episodes.episode_key", "172476249432"),
    ("schools.school_urn", "900123"),
]


KEYS = ("_id", "_key", "_urn")


def hashed(name: str, text: str) -> str:
    return hashlib.new(name, text.encode()).hexdigest()


@pytest.fixture(scope="module")
def manifest(built_sample: Path) -> Manifest:
    return Manifest(built_sample / "target")


@pytest.fixture
def world(manifest: Manifest) -> Iterator[duckdb.DuckDBPyConnection]:
    """Empty research tables, the code lists, and a vault that knows one family."""
    with duckdb.connect() as connection:
        for name in ("research", "vault", "study"):
            connection.execute(f"attach ':memory:' as {name}")
        for table in manifest.research_tables():
            columns = ", ".join(f"{column} {kind}" for column, kind in table.types.items())
            connection.execute(f"create schema if not exists research.{table.schema}")
            connection.execute(f"create table {table.relation} ({columns})")
        for seed in (manifest.named(name, "seed") for name in LISTS):
            connection.execute(f"create schema if not exists study.{seed.schema}")
            connection.execute(
                f"create table {seed.relation} as "
                "from read_csv(?, all_varchar = true, hive_partitioning = false)",
                [str(project.ROOT / seed.path)],
            )
        for node in map(manifest.named, ("pseudonyms", "place_pseudonyms")):
            columns = ", ".join(f"{name} varchar" for name in node.columns)
            connection.execute(f"create table {node.relation} ({columns})")
        vault = manifest.named("identifying_values").relation
        connection.execute(
            f"create table {vault} "
            "(identifier varchar, value varchar, is_key boolean, row_number bigint default 1)"
        )
        know(connection, *KNOWN)
        yield connection


def know(world: duckdb.DuckDBPyConnection, *values: tuple[str, str]) -> None:
    """Let the vault know values, each with the table and column that it is in."""
    world.executemany(
        "insert into vault.main.identifying_values (identifier, value, is_key) values (?, ?, ?)",
        [(identifier, value, identifier.endswith(KEYS)) for identifier, value in values],
    )


def plant(world: duckdb.DuckDBPyConnection, column: str, values: list[object]) -> None:
    schema, table, name = column.split(".")
    place = "vault.main" if schema == "vault" else f"research.{schema}"
    world.executemany(
        f"insert into {place}.{table} ({name}) values (?)", [[value] for value in values]
    )


def columns_found(world: duckdb.DuckDBPyConnection, manifest: Manifest, test: str) -> set[str]:
    """The columns for which a data test fails; checks that it shows only columns and counts."""
    rows = world.execute(manifest.named(test, "test").sql).fetchall()
    names = {identifier for identifier, _ in KNOWN} | {
        *("email", "UK phone", "postcode", "UPN", "National Insurance number"),
        *("driving licence number", "NHS number", "CHI number", "ULN", "UTR"),
    }
    for column, *others in rows:
        assert len(column.split(".")) == 3
        assert all(isinstance(other, int) or other in names for other in others)
    return {row[0] for row in rows}


@pytest.mark.parametrize(
    ("column", "value"),
    [
        pytest.param(TEXT, "White", id="a surname"),
        pytest.param(TEXT, "SIÂN", id="a first name in capitals"),
        pytest.param(TEXT, "nâiS", id="a first name reversed"),
        pytest.param(TEXT, "seen by Siân White, today", id="a name inside a text"),
        pytest.param(TEXT, "lives at 12 St Marys Close", id="an address inside a text"),
        pytest.param(TEXT, "qa199qu", id="a postcode in small letters, no space"),
        pytest.param(TEXT, "UQ9 91AQ", id="a postcode reversed"),
        pytest.param(TEXT, "qa199", id="a postcode's sector"),
        pytest.param(TEXT, "QA19", id="a postcode's district"),
        pytest.param(TEXT, "24/03/2015", id="a birthday"),
        pytest.param(TEXT, "3/24/15", id="a birthday, the month first"),
        pytest.param(TEXT, "2015-24-03", id="a birthday, day and month swapped"),
        pytest.param(TEXT, "24 March 2015", id="a birthday in words"),
        pytest.param(TEXT, "2015-03-24 00:00:00", id="a birthday as an instant"),
        pytest.param(TEXT, "+44 7700 900644", id="a telephone number from abroad"),
        pytest.param(TEXT, "sian-white9 example org", id="an email without its signs"),
        pytest.param(TEXT, "Q80120-0005001", id="a pupil number with a hyphen"),
        pytest.param(TEXT, hashed("sha256", "FT6551906M"), id="SHA-256 of an id"),
        pytest.param(
            TEXT, hashed("sha1", "ft6551906m").upper(), id="SHA-1 of an id in small letters"
        ),
        pytest.param(TEXT, hashed("md5", "QA199QU"), id="MD5 of a postcode without its space"),
        pytest.param(TEXT, hashed("md5", "White")[:20], id="an MD5 cut short"),
        pytest.param(OF_THE_VAULT, hashed("md5", "FT6551906M"), id="an MD5 for a pseudonym"),
        pytest.param(
            OF_THE_VAULT,
            hashed("sha256", "Q801200005001")[:32],
            id="SHA-256 cut to a pseudonym",
        ),
        pytest.param(NUMBER, 172476249432.0, id="an episode key among numbers"),
        pytest.param(NUMBER, 7700900644.0, id="a telephone number without its 0, among numbers"),
        pytest.param(WHOLE_NUMBER, 20150324, id="a birthday among numbers"),
        pytest.param(WHOLE_NUMBER, 24032015, id="a birthday among numbers, the day first"),
    ],
)
def test_what_the_vault_knows_is_found_in_other_forms(
    world: duckdb.DuckDBPyConnection, manifest: Manifest, column: str, value: object
) -> None:
    plant(world, column, [value, None])
    assert columns_found(world, manifest, SEARCH) == {column}


@pytest.mark.parametrize(
    ("identifier", "value", "published", "is_somebodys"),
    [
        ("participants.participant_id", "99999999", "99999999", True),
        ("participants.email", "88888888", "88888888", True),
        ("participants.address_line_1", "Not known, ask Anna", "not known ask anna", True),
        ("participants.last_name", "999999991", "999999991", True),
        ("participants.date_of_birth", "1999-09-09", "09/09/1999", True),
        ("participants.phone", "99999999", "99999999", False),
        ("participants.last_name", "Unknown", "unknown", False),
        ("participants.last_name", "Unknown", hashed("md5", "UNKNOWN"), False),
        ("participants.first_name", "not known", "NOTKNOWN", False),
        ("participants.postcode", "XXXX XXX", "XXXX", False),
        ("participants.unique_pupil_number", "0000000000000", "0000000000000", False),
    ],
)
def test_what_is_written_where_nothing_is_known_identifies_nobody(
    world: duckdb.DuckDBPyConnection,
    manifest: Manifest,
    identifier: str,
    value: str,
    published: str,
    is_somebodys: bool,
) -> None:
    know(world, (identifier, value))
    plant(world, TEXT, [published])
    assert columns_found(world, manifest, SEARCH) == ({TEXT} if is_somebodys else set())


def test_what_may_be_anybodys_is_not_searched_for(
    world: duckdb.DuckDBPyConnection, manifest: Manifest
) -> None:
    """White is an ethnic group, 900123 pounds are an income, Jo and 12345 are anybody's."""
    plant(world, "five_to_twelve.pupil_census.ethnic_group_major_label", ["White"])
    plant(world, NUMBER, [900123.0, 900123.5, 24.0, -1.0, float("nan"), float("inf")])
    plant(world, TEXT, ["0301011R0", "J", "Jo", "oJ", "24", "12345", "QB 12 34 56 C", "", None])
    # one number is no evidence, however many texts it is in
    plant(world, TEXT, [f"{letter} {nhs.format('9434765870')}" for letter in "abcdefgh"])
    for test in (SEARCH, CLOSED, DETECTORS):
        assert columns_found(world, manifest, test) == set()


@pytest.mark.parametrize(
    ("column", "value"),
    [
        pytest.param(
            "five_to_twelve.pupil_census.ethnic_group_major_label", "Whiter", id="a label"
        ),
        pytest.param(
            "five_to_twelve.pupil_census.school_type_label", "White", id="of another list"
        ),
        pytest.param(
            "five_to_twelve.gp_events.snomed_code_label", "sian@example.org", id="an email"
        ),
        pytest.param("five_to_twelve.gp_events.snomed_code", "9434765870", id="an NHS number"),
        pytest.param("five_to_twelve.gp_events.event_month", "2015-03-24", id="a day"),
        pytest.param("five_to_twelve.participants.age_band", "900123", id="a number for a band"),
        pytest.param("five_to_twelve.areas.house_price_band", "under 9434765870", id="in a band"),
        pytest.param("five_to_twelve.absence.academic_year", "172476249432", id="for a year"),
        pytest.param("five_to_twelve.hospital_episodes.primary_diagnosis", "J459", id="longer"),
        pytest.param("send_futures.participants.role", "Siân", id="a name for a role"),
        pytest.param(PSEUDONYM, "FT6551906M", id="an id for a pseudonym"),
        pytest.param(PSEUDONYM, hashed("sha256", "FT6551906M"), id="a hash uncut"),
    ],
)
def test_a_closed_column_holds_its_list_or_shape_and_nothing_else(
    world: duckdb.DuckDBPyConnection, manifest: Manifest, column: str, value: str
) -> None:
    plant(world, column, [value, None])
    assert columns_found(world, manifest, CLOSED) == {column}


def a_number_that(passes: bool, draw: random.Random) -> str:
    while True:
        number = str(draw.randrange(10**9, 10**10))
        if nhs.is_valid(number) is passes:
            return number


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("someone@example.org", id="an email"),
        pytest.param("write to <someone@example.org>", id="an email inside a text"),
        pytest.param("call 0113 496 0000.", id="a telephone number inside a text"),
        pytest.param("LS1 1AA", id="a postcode"),
        pytest.param("AB 12 34 56 C", id="a National Insurance number"),
        pytest.param("MORGA657054SM9IJ", id="a driving licence"),
        pytest.param("B801200005001", id="a pupil number"),
    ],
)
def test_one_unmistakable_identifier_is_too_many(
    world: duckdb.DuckDBPyConnection, manifest: Manifest, value: str
) -> None:
    plant(world, TEXT, [value, None])
    assert columns_found(world, manifest, DETECTORS) == {TEXT}


@pytest.mark.parametrize("column", [TEXT, NUMBER])
@pytest.mark.parametrize(
    ("passing", "others", "is_red"),
    [(5, 0, False), (6, 0, True), (40, 400, False), (100, 400, True)],
)
def test_numbers_that_pass_more_often_than_chance_are_too_many(
    world: duckdb.DuckDBPyConnection,
    manifest: Manifest,
    column: str,
    passing: int,
    others: int,
    is_red: bool,
) -> None:
    draw = random.Random(1)
    numbers = [a_number_that(True, draw) for _ in range(passing)]
    numbers += [a_number_that(False, draw) for _ in range(others)]
    # as often as it likes, for a number that comes back is no evidence of its own
    plant(world, column, [number if column == TEXT else float(number) for number in numbers * 3])
    assert columns_found(world, manifest, DETECTORS) == ({column} if is_red else set())


def test_every_column_of_a_research_table_is_open_or_closed(manifest: Manifest) -> None:
    """A column without a closed list or shape is searched; only booleans are neither."""
    searched, closed, judged = (
        manifest.named(test, "test").sql for test in (SEARCH, CLOSED, DETECTORS)
    )
    proved: dict[str, list[bool]] = {}
    for table in manifest.research_tables():
        for name, meta in table.columns.items():
            column = f"{table.schema}.{table.alias}.{name}"
            in_tests = [f"'{column}'" in sql for sql in (searched, closed, judged)]
            if table.types[name] == "boolean":
                expected = [False, False, False]
            elif meta.get("closed_list") or meta.get("shape"):
                expected = [False, True, False]
            else:
                expected = [True, False, True]
            if in_tests != expected:
                proved[column] = in_tests
    assert proved == {}


def test_every_identifying_column_that_is_landed_is_searched_for(manifest: Manifest) -> None:
    landed = {
        f"{model.name.split('__')[1]}.{name}": one_class
        for model in manifest.in_layer("staging")
        for name, one_class in model.classes().items()
        if one_class in ("direct", "key", "free_text")
    }
    model = manifest.named("identifying_values")
    assert Path(model.path).parts[1] == "vault"
    searched = words_with_a_point(model.sql)
    # a key is the same wherever it is landed; what identifies is searched for in each table
    keys_searched = {word.rpartition(".")[2] for word in searched}
    elsewhere = {
        *("given_by", "records_of", "made_by", "about"),  # participants, by their ids
        *("provider_ukprn", "provider_code", "practice_code", "employer_paye_reference"),  # places
    }
    nobodys = {
        "study",  # published under this name
        *("title", "sex"),  # too few for anybody to be known by
        *("project_id", "release_id", "researcher_id"),  # of research, not of people in it
        "person",  # a token of the request log: keyed, and made by ourselves
    }
    assert {
        column
        for column, one_class in landed.items()
        if column not in searched
        and (name := column.rpartition(".")[2]) not in nobodys
        and not (one_class == "key" and name in keys_searched | elsewhere)
    } == set()
    # a key is searched for, whatever it looks like
    keys = {column for column, one_class in landed.items() if one_class == "key"}
    selects = (part for part in model.sql.split("union all") if "true as is_key" in part)
    always = set().union(*map(words_with_a_point, selects))
    assert always == {"places.code", *(keys & searched)}


def words_with_a_point(sql: str) -> set[str]:
    """What stands in quotes and names a table's column."""
    return set(re.findall(r"'([a-z0-9_]+\.[a-z0-9_]+)'", sql))
