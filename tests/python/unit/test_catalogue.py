"""What researchers would open is compared with the contracts, object by object, then published.

On a database in memory that holds one contracted table. What is planted bears a surname, which no
message may repeat.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from studylink import catalogue, databases

SURNAME = "Zzyzxovic"
CONTRACTS: list[catalogue.Contract] = [
    {
        "schema": "a_study",
        "name": "participants",
        "description": "Everyone's: it's one row per participant.",
        "columns": [
            {"name": "research_id", "data_type": "varchar", "description": "Whose row it is."},
            {"name": "waves", "data_type": "integer", "description": "Waves taken part in."},
        ],
    }
]
AS_CONTRACTED = """
    create schema research.a_study;
    create table research.a_study.participants (research_id varchar, waves integer);
    insert into research.a_study.participants values ('0f', 1);
    comment on table research.a_study.participants is 'Everyone''s: it''s one row per participant.';
    comment on column research.a_study.participants.research_id is 'Whose row it is.';
    comment on column research.a_study.participants.waves is 'Waves taken part in.';
"""
TABLE = "research.a_study.participants"


@pytest.fixture
def built(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A research database in a file, and beside it a vault that a view could read."""
    with duckdb.connect() as connection:
        connection.execute(f"attach '{tmp_path / 'research.duckdb'}' as research")
        connection.execute("attach ':memory:' as vault")
        connection.execute(f"create table vault.identities as select '{SURNAME}' as last_name")
        connection.execute(AS_CONTRACTED)
        yield connection


def test_what_is_as_contracted_is_not_complained_of(built: duckdb.DuckDBPyConnection) -> None:
    catalogue.require(built, "research", CONTRACTS)


@pytest.mark.parametrize(
    ("planted", "named"),
    [
        pytest.param(
            f"create view research.a_study.{SURNAME} as select last_name from vault.identities",
            "views beyond the contracts: 1, in a_study",
            id="a view over the vault",
        ),
        pytest.param(
            f"create table research.a_study.{SURNAME} as select 1 as one, '2015-03' as month",
            "tables beyond the contracts: 1, in a_study",
            id="a table",
        ),
        pytest.param(
            "create table research.main.participants as from research.a_study.participants",
            "tables beyond the contracts: 1, in main",
            id="a table in the schema that every file has",
        ),
        pytest.param(
            f"create schema research.{SURNAME}; create table research.{SURNAME}.t (a integer)",
            "schemas beyond the contracts: 1, in a schema of no contract",
            id="a schema",
        ),
        pytest.param(
            f"create macro research.a_study.m() as '{SURNAME}'",
            "functions beyond the contracts: 1, in a_study",
            id="a macro",
        ),
        pytest.param(
            f"create macro research.a_study.m() as table select '{SURNAME}' as last_name",
            "functions beyond the contracts: 1, in a_study",
            id="a macro that is a table",
        ),
        pytest.param(
            f"create type research.a_study.names as enum ('{SURNAME}')",
            "types beyond the contracts: 1, in a_study",
            id="a type",
        ),
        pytest.param(
            f"create sequence research.a_study.{SURNAME}",
            "sequences beyond the contracts: 1, in a_study",
            id="a sequence",
        ),
        pytest.param(
            f"create index {SURNAME} on {TABLE} (waves)",
            "indexes beyond the contracts: 1, in a_study",
            id="an index",
        ),
        pytest.param(
            f"alter table {TABLE} alter waves set not null",
            "constraints beyond the contracts: 1, in a_study.participants",
            id="a constraint",
        ),
        pytest.param(
            f"comment on column {TABLE}.waves is 'as {SURNAME} says'",
            "a_study.participants.waves is not as declared: comment",
            id="a column's comment",
        ),
        pytest.param(
            f"comment on table {TABLE} is '{SURNAME}'",
            "a_study.participants is not as declared: comment",
            id="a table's comment",
        ),
        pytest.param(
            f"comment on table {TABLE} is null",
            "a_study.participants is not as declared: comment",
            id="no comment",
        ),
        pytest.param(
            f"alter table {TABLE} alter research_id set default '{SURNAME}'",
            "a_study.participants.research_id is not as declared: column_default",
            id="a default",
        ),
        pytest.param(
            f"alter table {TABLE} add column {SURNAME} varchar",
            "columns beyond the contracts: 1, in a_study.participants",
            id="a column",
        ),
        pytest.param(
            f"alter table {TABLE} alter waves type integer[] using [waves]",
            "a_study.participants.waves is not as declared: data_type",
            id="another type",
        ),
        pytest.param(
            f"alter table {TABLE} drop column waves",
            "a_study.participants.waves is not there",
            id="a column that is missing",
        ),
        pytest.param(f"drop table {TABLE}", "a_study.participants is not there", id="no table"),
    ],
)
def test_anything_else_is_named_by_its_kind_and_place(
    built: duckdb.DuckDBPyConnection, planted: str, named: str
) -> None:
    built.execute(planted)
    with pytest.raises(catalogue.NotAsContracted) as raised:
        catalogue.require(built, "research", CONTRACTS)
    assert named in str(raised.value)
    assert SURNAME.lower() not in str(raised.value).lower()


def test_a_file_that_is_not_as_contracted_is_not_published(tmp_path: Path) -> None:
    bench = databases.Workbench(tmp_path)
    bench.open(fresh=True)
    with duckdb.connect() as connection:
        for name in databases.NAMES:
            databases.attach(connection, bench.folder, name)
        connection.execute(AS_CONTRACTED)
        connection.execute("create table research.main.extra (a integer)")
        with pytest.raises(catalogue.NotAsContracted):
            bench.publish(connection, CONTRACTS)
        assert list(tmp_path.glob("*.duckdb")) == []
        connection.execute("drop table research.main.extra")
        bench.publish(connection, CONTRACTS)
        published = sorted(file.stem for file in tmp_path.glob("*.duckdb"))
        assert published == sorted(databases.NAMES)
