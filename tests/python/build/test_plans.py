"""How DuckDB would run each model and data test: nothing takes time that grows as a square."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from studylink import databases, landing, registers
from studylink.manifest import Manifest

EACH_WITH_EACH = {
    "BLOCKWISE_NL_JOIN",
    "CROSS_PRODUCT",
    "IE_JOIN",
    "NESTED_LOOP_JOIN",
    "PIECEWISE_MERGE_JOIN",
}
"""The joins of DuckDB that compare rows without a hash of what must be equal."""
FEW = 200
"""Rows that do not grow with the number of families: policy, code lists, groups of a figure."""


@pytest.fixture(scope="module")
def built(built_sample: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with databases.connect(built_sample) as connection:
        databases.set_pseudonym_key(connection)
        sample = landing.read_landing(landing.PROJECT / "extracts" / "sample")
        landing.create_views(connection, sample)
        registers.create_tables(connection, built_sample)
        yield connection


def large_joins(connection: duckdb.DuckDBPyConnection, sql: str) -> list[str]:
    """The joins in the plan of a query that compare each of many rows with each of many."""
    ((_, plan),) = connection.execute(f"explain (format json) {sql}").fetchall()
    return [
        operator["name"]
        for root in json.loads(plan)
        for operator in operators(root)
        if operator["name"] in EACH_WITH_EACH
        and min(rows_of(child) for child in operator["children"]) > FEW
    ]


def operators(operator: dict) -> Iterator[dict]:
    """An operator of a plan and all below it."""
    yield operator
    for child in operator.get("children", ()):
        yield from operators(child)


def rows_of(operator: dict) -> int:
    """How many rows DuckDB expects of an operator; where it does not say, of those below it."""
    expected = operator.get("extra_info", {}).get("Estimated Cardinality")
    if expected is not None:
        return int(expected)
    return max((rows_of(child) for child in operator.get("children", ())), default=0)


def test_a_join_on_anything_but_equality_is_noticed(built: duckdb.DuckDBPyConnection) -> None:
    joined = """
        select count(*) from study.intermediate.int_participants as one
        left join study.intermediate.int_participants as other
            on one.study = other.study and (one.role = other.role or one.is_adult)
    """
    assert large_joins(built, joined) == ["BLOCKWISE_NL_JOIN"]


def test_no_model_or_test_compares_each_of_many_rows_with_each_of_many(
    built: duckdb.DuckDBPyConnection, built_sample: Path
) -> None:
    manifest = Manifest(built_sample / "target")
    planned = {
        node.name: large_joins(built, node.sql)
        for node in manifest.of_kind("model", "test")
        if node.sql and not node.is_python
    }
    assert len(planned) > 200
    assert {name: joins for name, joins in planned.items() if joins} == {}
