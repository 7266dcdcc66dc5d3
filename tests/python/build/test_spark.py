"""The same models on Spark: what it publishes is, row by row, what DuckDB does.

dbt-spark and pyspark are in an environment of their own (`make setup-spark`) and need Java. Without
them Spark is not tried, and the skipped tests say so.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import duckdb
import pytest

from studylink import databases
from studylink.spark import compare, contracts
from tests.python.lib.project import ROOT

SPARK = ROOT / ".venv-spark"


@pytest.fixture
def spark_can_be_tried() -> None:
    if not (SPARK / "locked").exists():
        pytest.skip("Spark was not tried: `make setup-spark` makes what it needs")
    if shutil.which("java") is None:
        pytest.skip("Spark was not tried: there is no Java (Debian: openjdk-17-jre-headless)")


def run(command: str, *arguments: str, **environment: str) -> str:
    """Run a command of the other environment; what it said."""
    done = subprocess.run(
        [SPARK / "bin" / command, *arguments],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


@pytest.mark.long
@pytest.mark.usefixtures("spark_can_be_tried")
def test_both_engines_publish_the_same_rows(rules_world: Path, tmp_path: Path) -> None:
    data = shutil.copytree(rules_world / "data", tmp_path / "data", symlinks=True)
    extracts = str(rules_world / "extracts")
    said = run(
        *("python", "-m", "studylink.spark.build"), STUDY_EXTRACTS=extracts, STUDY_DATA=str(data)
    )
    assert "no Python model" in said and "not encrypted" in said
    with databases.connect_to(data, "study", "research") as connection:
        assert compare.differences(connection, data / "spark") == []
        assert len(contracts.tables(data / "spark")) > 40
    # the key is in nothing that was said or written
    files = [place for place in (data / "spark").rglob("*") if place.is_file()]
    for pad in databases.pads().values():
        assert pad.hex() not in said.lower()
        assert not [place for place in files if pad.hex().encode() in place.read_bytes().lower()]
    # what is landed, and what may hold rows of erased people, is there no longer
    left = {place.name.removesuffix(".db") for place in (data / "spark").glob("*.db")}
    assert left == {"vault", "study", "research"}
    assert not (data / "spark" / "landing").exists()
    assert not list((data / "spark" / "study.db").glob("stg_*/*"))


def declare_one_table(folder: Path) -> None:
    """What a build on Spark in `folder` says was declared: a table with one column."""
    node = {
        "resource_type": "model",
        "name": "about__build",
        "description": "Of the build",
        "schema": "research",
        "alias": "about__build",
        "config": {"database": "research", "schema": "about"},
        "columns": {"a": {"name": "a", "data_type": "integer", "description": "Of a"}},
    }
    (folder / "target").mkdir()
    (folder / "target" / "manifest.json").write_text(json.dumps({"nodes": {"one": node}}))


class Catalogue:
    """A session that has one table, and answers what is asked of its catalogue."""

    def __init__(self, of_table: str = "Of the build", beside: tuple = (), **column: str) -> None:
        column = {"name": "a", "type": "int", "comment": "Of a"} | column
        described = {
            "columns": [column | {"type": {"name": column["type"]}}],
            "comment": of_table,
        }
        self._described = [{"json_metadata": json.dumps(described)}]
        self._tables = [{"tableName": name} for name in ("about__build", *beside)]

    def sql(self, asked: str) -> Catalogue:
        self._answer = self._tables if asked.startswith("show tables") else self._described
        return self

    def collect(self) -> list[dict[str, str]]:
        return self._answer


@pytest.mark.parametrize(
    ("catalogue", "found"),
    [
        (Catalogue(), []),
        (Catalogue(beside=("more",)), ["research.more is not as declared"]),
        (Catalogue(of_table=""), ["research.about__build has another comment"]),
        *(
            (
                Catalogue(**other),
                [
                    "the columns of research.about__build, their types or comments are not as "
                    "declared"
                ],
            )
            for other in ({"name": "b"}, {"type": "string"}, {"comment": ""})
        ),
    ],
)
def test_what_is_not_as_declared_is_found(
    tmp_path: Path, catalogue: Catalogue, found: list[str]
) -> None:
    declare_one_table(tmp_path)
    assert contracts.differences(catalogue, tmp_path) == found


def test_a_row_that_differs_is_found(tmp_path: Path) -> None:
    place = tmp_path / "research.db" / "about__build"
    place.mkdir(parents=True)
    declare_one_table(tmp_path)
    with duckdb.connect() as connection:
        connection.execute("attach ':memory:' as research")
        connection.execute("create schema research.about")
        connection.execute("create table research.about.build as select unnest([1, 2, 2]) as a")
        for rows, found in (
            ("[1, 2, 2]", []),
            ("[1, 2]", ["research.about.build: 1 rows on DuckDB alone, 0 on Spark alone"]),
            ("[2, 1, 2]", ["research.about.build: 2 rows are in another place on Spark"]),
        ):
            connection.execute(
                f"copy (select unnest({rows}) as a) to '{place / 'part.parquet'}' (format parquet)"
            )
            assert compare.differences(connection, tmp_path) == found


@pytest.mark.long
@pytest.mark.usefixtures("spark_can_be_tried")
def test_the_project_compiles_for_databricks(tmp_path: Path) -> None:
    # without a connection: nothing is looked up there, and Python models compile only with one
    run(
        "dbt", "compile", "--target", "databricks", "--no-introspect", "--no-populate-cache",
        *("--exclude", *(path.stem for path in (ROOT / "models").rglob("*.py"))),
        *("--target-path", str(tmp_path), "--log-path", str(tmp_path)),
    )  # fmt: skip
    compiled = {path.stem for path in (tmp_path / "compiled").rglob("models/**/*.sql")}
    models = {path.stem for path in (ROOT / "models").rglob("*.sql")}
    assert models <= compiled
