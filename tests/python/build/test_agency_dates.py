"""A date that an agency writes for 'not known' is missing, in every table that agencies deliver.

The staging models' own SQL, as dbt compiled it, runs on landed rows without a build of their own.
Tables are taken from the sources, so that a new one is under the promise from its first day.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from studylink.manifest import Manifest, Node
from tests.python.lib import oracle, project

NOT_AGENCIES = {"surveys", "governance", "ons", "request_log", "releases", "build"}
"""Suppliers whose dates are what they say, or who land none."""


@pytest.fixture(scope="module")
def manifest(built_sample: Path) -> Manifest:
    return Manifest(built_sample / "target")


def staged(manifest: Manifest, source: Node, *values: str) -> list[dict[str, object]]:
    """A landed row for each value, in every column that is a date, as its model stages it."""
    (model,) = (node for node in manifest.in_layer("staging") if source.id in node.parents)
    typed = {"date": "value", "integer": "1", "decimal": "1", "boolean": "'true'"}
    # the rows are of different people
    landed = {name: typed.get(kind, "'text' || row_number") for name, kind in source.types.items()}
    listed = {"role": "child", "event_type": "birth", "sex": "F", "study": "five_to_twelve"}
    landed |= {name: f"'{value}'" for name, value in listed.items() if name in landed}
    with duckdb.connect() as connection:
        for parent in map(manifest.nodes.get, model.parents):
            connection.execute(
                f"attach if not exists ':memory:' as {parent.database}; "
                f"create schema if not exists {parent.database}.{parent.schema}"
            )
            if parent.kind == "seed":
                connection.execute(
                    f"create table {parent.relation} as "
                    "from read_csv(?, hive_partitioning = false)",
                    [str(project.ROOT / parent.path)],
                )
        columns = ", ".join(f"cast({value} as varchar) as {name}" for name, value in landed.items())
        connection.execute(
            f"create table {source.relation} as "
            f"select 'table' as source_table, row_number, {columns} "
            "from (select unnest(?::varchar[]) as value, generate_subscripts(?, 1) as row_number)",
            [values, values],
        )
        rows = connection.sql(f"from ({model.sql}) order by row_number")
        return [dict(zip(rows.columns, row, strict=True)) for row in rows.fetchall()]


def with_dates(manifest: Manifest, *, of_agencies: bool) -> list[Node]:
    """The landed tables with a column that is a date."""
    return [
        source
        for source in manifest.of_kind("source")
        if "date" in source.types.values()
        and (source.schema not in NOT_AGENCIES) is of_agencies
        and source.schema not in ("request_log", "releases", "build")
    ]


def dates_of(row: dict[str, object]) -> list[object]:
    return [row[name] for name in row if name.endswith("_on") or name == "date_of_birth"]


def test_a_date_that_means_not_known_is_missing_and_not_a_fault(manifest: Manifest) -> None:
    tables = with_dates(manifest, of_agencies=True)
    assert len(tables) >= 12
    days = sorted(oracle.PLACEHOLDER_DATES)
    for source in tables:
        *unknown, known = staged(manifest, source, *days, "1900-01-02")
        for day, row in zip(days, unknown, strict=True):
            assert set(dates_of(row)) == {None}, (source.name, day)
            assert row["row_fault"] is None, (source.name, day)
        assert None not in dates_of(known), source.name


def test_the_dates_of_participants_and_of_governance_are_what_they_say(manifest: Manifest) -> None:
    tables = with_dates(manifest, of_agencies=False)
    assert len(tables) >= 5
    for source in tables:
        (row,) = staged(manifest, source, "1900-01-01")
        assert None not in dates_of(row), source.name
