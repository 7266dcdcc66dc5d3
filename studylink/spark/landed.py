"""Putting what is landed, and what DuckDB alone computes, where Spark finds it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from studylink import databases, landing, registers
from studylink.contract import PROJECT
from studylink.files import quoted

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

PYTHON_MODELS = tuple(path.stem for path in sorted((PROJECT / "models").rglob("*.py")))
"""Models that dbt-spark does not run; all of them are in the vault."""


@contextmanager
def laid(spark: SparkSession, extracts: Path, data: Path, folder: Path) -> Iterator[None]:
    """Lay the landed tables and the registers as Spark tables, each in its supplier's schema.

    They are there for as long as the context lasts.

    They are read and checked as DuckDB reads them, so that values and row numbers are the same, and
    kept as Parquet under `folder`. Beside them go the Python models, as DuckDB's build in `data`
    has them.

    Raises `LandingError`, `RequestLogError` or `RegisterError` as a build on DuckDB does.
    """
    registers.check(data)
    landed = landing.read_landing(extracts)
    folder.mkdir(parents=True)
    try:
        with databases.connect_to(data, "vault") as connection:
            landing.create_views(connection, landed)
            registers.create_tables(connection, data)
            tables = connection.execute(
                "select schema_name, table_name from duckdb_tables() "
                "where database_name = 'landing' "
                "union all "
                "select schema_name, view_name from duckdb_views() "
                "where database_name = 'landing' and not internal"
            ).fetchall()
            for schema, table in tables:
                _copy(spark, connection, f"landing.{schema}.{table}", f"{schema}.{table}", folder)
            for table in PYTHON_MODELS:
                _copy(spark, connection, f"vault.main.{table}", f"vault.{table}", folder)
        yield
        for schema in {schema for schema, _ in tables}:
            spark.sql(f"drop schema {schema} cascade")
        for table in PYTHON_MODELS:
            spark.sql(f"drop table vault.{table}")
    finally:
        # what is landed stays where it was landed, wherever the work breaks off
        shutil.rmtree(folder)


def _copy(
    spark: SparkSession,
    connection: duckdb.DuckDBPyConnection,
    relation: str,
    name: str,
    folder: Path,
) -> None:
    place = folder / name.replace(".", "/")
    place.mkdir(parents=True)
    connection.execute(
        f"copy (from {relation}) to {quoted(place / 'rows.parquet')} (format parquet)"
    )
    spark.sql(f"create schema if not exists {name.split('.')[0]}")
    spark.sql(f"create table {name} using parquet location '{place.absolute()}'")
