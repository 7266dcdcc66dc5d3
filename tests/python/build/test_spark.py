"""The same models on Spark: what it publishes is, row by row, what DuckDB does.

dbt-spark and pyspark are in an environment of their own (`make setup-spark`) and need Java. Without
them Spark is not tried, and the skipped tests say so.
"""

from __future__ import annotations

import errno
import importlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from itertools import count
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import duckdb
import pytest

from studylink import databases, landing
from studylink.register import RegisterError
from studylink.requests.request_log import RequestLogError
from studylink.spark import compare, contracts, landed
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


class Breaking:
    """A session that takes every statement, until the one at which it breaks off."""

    def __init__(self, at: int, error: BaseException) -> None:
        self._numbers, self._at, self._error = count(), at, error

    def sql(self, asked: str, **more: object) -> None:
        if next(self._numbers) == self._at:
            raise self._error

    def stop(self) -> None:
        pass


@pytest.mark.parametrize(
    "error", [OSError(errno.ENOSPC, "full"), KeyboardInterrupt()], ids=["full", "stopped"]
)
def test_wherever_it_breaks_off_nothing_that_was_landed_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    databases.attach(vault := duckdb.connect(), tmp_path, "vault")
    for table in landed.PYTHON_MODELS:
        vault.execute(f"create table vault.{table} as select 1 as one")
    vault.close()
    monkeypatch.setattr(landing, "read_landing", lambda extracts: [])
    folder, done = tmp_path / "spark" / "landing", False
    for at in (0, 1, 40, 10**6):
        try:
            with landed.laid(Breaking(at, error), tmp_path, tmp_path, folder):
                assert list(folder.rglob("*.parquet"))
                done = True
        except type(error):
            pass
        assert not folder.exists(), at
    assert done


@pytest.fixture
def build_on_spark(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The command's module where there is no Spark; its session takes every statement."""
    names = ("pyspark", "pyspark.logger", "pyspark.sql")
    for name in names:
        monkeypatch.setitem(sys.modules, name, ModuleType(name))
    sys.modules["pyspark.logger"].PySparkLogger = sys.modules["pyspark.sql"].SparkSession = None
    for name in ("session", "build"):
        monkeypatch.delitem(sys.modules, f"studylink.spark.{name}", raising=False)
    module = importlib.import_module("studylink.spark.build")

    def start(folder: Path) -> Breaking:
        (folder / "vault.db").mkdir(parents=True)
        return Breaking(-1, OSError())

    monkeypatch.setattr(module.session, "start", start)
    monkeypatch.setattr(os, "umask", lambda mode: mode)
    monkeypatch.setenv("STUDY_DATA", str(tmp_path))
    yield module
    for name in ("session", "build"):
        sys.modules.pop(f"studylink.spark.{name}", None)


@pytest.mark.parametrize("error", [RegisterError, RequestLogError, landing.LandingError, OSError])
def test_what_stops_a_build_on_spark_is_said_and_leaves_no_table(
    build_on_spark: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    error: type[Exception],
) -> None:
    def refuse(*arguments: object) -> None:
        raise error(*((tmp_path, ["why"]) if error is landing.LandingError else ("why",)))

    monkeypatch.setattr(build_on_spark, "build", refuse)
    assert build_on_spark.main() == 1
    said = capsys.readouterr()
    assert "why" in said.err and said.out == ""
    assert list(tmp_path.iterdir()) == []


def test_a_build_on_spark_that_dbt_broke_off_leaves_no_table(
    build_on_spark: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    databases.attach(study := duckdb.connect(), tmp_path, "study")
    study.execute("create schema study.governance")
    study.execute("create table study.governance.published_build as select now() as as_of")
    study.close()
    broken_off = SimpleNamespace(success=False, exception=KeyboardInterrupt())
    invoked = SimpleNamespace(invoke=lambda arguments: broken_off)
    monkeypatch.setattr(build_on_spark, "dbtRunner", lambda: invoked)
    monkeypatch.setattr(build_on_spark.landed, "laid", lambda *arguments: nullcontext())
    assert build_on_spark.main() == 1
    assert [place.name for place in tmp_path.iterdir()] == ["study.duckdb"]


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
