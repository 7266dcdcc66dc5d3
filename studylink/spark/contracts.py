"""What a build on Spark made, held against the contracts of the research and governance tables."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

COMPARED = ("research", "governance")
"""The database, and the schema of another, whose tables have contracts."""


@dataclass(frozen=True)
class Table:
    """A contracted table: how each engine names it, and each column's type and description."""

    on_duckdb: str
    schema: str
    name: str
    description: str
    columns: dict[str, tuple[str, str]]


def tables(folder: Path) -> list[Table]:
    """The contracted tables, as the manifest of the build on Spark in `folder` has them."""
    manifest = json.loads((folder / "target" / "manifest.json").read_text(encoding="utf-8"))
    found = []
    for node in manifest["nodes"].values():
        config = node["config"]
        database, schema = config.get("database") or "study", config.get("schema")
        if node["resource_type"] == "model" and {database, schema} & set(COMPARED):
            found.append(
                Table(
                    on_duckdb=f"{database}.{schema}.{node['name'].split('__')[-1]}",
                    schema=node["schema"],
                    name=node["alias"],
                    description=node["description"],
                    columns={
                        column["name"]: (column["data_type"], column["description"])
                        for column in node["columns"].values()
                    },
                )
            )
    return found


def differences(spark: SparkSession, folder: Path) -> list[str]:
    """What the session's catalogue has otherwise than the contracts: tables, columns, comments."""
    contracted = tables(folder)
    in_research = {table.name for table in contracted if table.schema == "research"}
    found = {row["tableName"] for row in spark.sql("show tables in research").collect()}
    differing = [f"research.{name} is not as declared" for name in sorted(in_research ^ found)]
    for table in contracted:
        if table.name in in_research - found:
            continue
        whole = f"{table.schema}.{table.name}"
        there = json.loads(
            spark.sql(f"describe table extended {whole} as json").collect()[0]["json_metadata"]
        )
        if there.get("comment", "") != table.description:
            differing.append(f"{whole} has another comment")
        columns = {
            column["name"]: (_declared(column["type"]["name"]), column.get("comment", ""))
            for column in there["columns"]
        }
        if list(columns.items()) != list(table.columns.items()):
            differing.append(f"the columns of {whole}, their types or comments are not as declared")
    return differing


def _declared(of_spark: str) -> str:
    """The name that a contract has for a type of Spark."""
    return {"string": "varchar", "int": "integer", "timestamp_ntz": "timestamp"}.get(
        of_spark, of_spark
    )
