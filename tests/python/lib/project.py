"""Running the project as anybody would, and reading what it made.

Tests run dbt through this one helper, each with data, target and log folders of its own, so that
none disturbs another or the working copy.
"""

from __future__ import annotations

import atexit
import gc
import json
import multiprocessing
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb

ROOT = Path(__file__).resolve().parents[3]
COPIED = (".dbtignore", "dbt_project.yml", "profiles.yml", "macros", "models", "seeds", "studylink")
WITHOUT_UNIT_TESTS = ("--exclude-resource-type", "unit_test")


if "STUDYLINK_TESTS" not in os.environ:
    # the processes of a run are started by this one and share it
    os.environ["STUDYLINK_TESTS"] = tempfile.mkdtemp(prefix="studylink-tests-")
    atexit.register(shutil.rmtree, os.environ["STUDYLINK_TESTS"], ignore_errors=True)
PLACES = Path(os.environ["STUDYLINK_TESTS"])
_FORKED = multiprocessing.get_context("forkserver")
_FORKED.set_forkserver_preload(["dbt.adapters.duckdb", "dbt.cli.main", "splink"])


def _parsed(as_of: str) -> Path:
    """Where dbt's parsed project is kept, one for each moment, because it depends on vars."""
    return PLACES / f"{as_of}.msgpack"


def copied(folder: Path) -> Path:
    """A copy of the project with its SQL tests, in a new folder, for a test to change."""
    folder.mkdir(parents=True)
    for name in COPIED:
        there = ROOT / name
        (shutil.copytree if there.is_dir() else shutil.copy)(there, folder / name)
    not_sql = shutil.ignore_patterns("python")
    shutil.copytree(ROOT / "tests", folder / "tests", ignore=not_sql)
    return folder


def build(
    extracts: Path, data: Path, as_of: str, *arguments: str, root: Path = ROOT
) -> subprocess.CompletedProcess[str]:
    """Run `dbt build` on a landing folder, as at a moment, into a data folder.

    Without unit tests: they say the same of every landing, and the sample's build runs them.
    """
    return dbt("build", extracts, data, as_of, *WITHOUT_UNIT_TESTS, *arguments, root=root)


def dbt(
    command: str, extracts: Path, data: Path, as_of: str, *arguments: str, root: Path = ROOT
) -> subprocess.CompletedProcess[str]:
    """Run any dbt command in the same way, of this project or of the copy at `root`.

    In a process forked from one that has imported dbt and what its models need, which takes four
    seconds.
    """
    place, arguments, environment = _prepared(command, extracts, data, as_of, arguments, root)
    said, complained = place / "stdout", place / "stderr"
    run = _FORKED.Process(target=_run, args=(place, arguments, environment))
    run.start()
    run.join()
    parsed = data / "target" / "partial_parse.msgpack"
    if root == ROOT and parsed.exists() and not _parsed(as_of).exists():
        made = shutil.copy(parsed, place)
        Path(made).rename(_parsed(as_of))
    return subprocess.CompletedProcess(
        ["dbt", *arguments],
        run.exitcode,
        said.read_text(encoding="utf-8"),
        complained.read_text(encoding="utf-8"),
    )


def _run(place: Path, arguments: list[str], environment: dict[str, str]) -> None:
    for stream, name in ((1, "stdout"), (2, "stderr")):
        os.dup2(os.open(place / name, os.O_WRONLY | os.O_CREAT, 0o600), stream)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(place)
    sys.path.insert(0, environment["PYTHONPATH"])
    # from it dbt knows which command was given: a retry, say
    sys.argv = ["dbt", *arguments]
    from dbt.cli.main import cli

    # what it makes it needs to its end: looking for what may go is one second in fifteen
    gc.disable()
    try:
        cli()
    finally:
        # a forked process leaves without, and DuckDB without writing all of its files
        atexit._run_exitfuncs()


def start(
    command: str, extracts: Path, data: Path, as_of: str, *arguments: str, root: Path = ROOT
) -> subprocess.Popen[str]:
    """Start any dbt command in the same way, without waiting for its end."""
    place, arguments, environment = _prepared(command, extracts, data, as_of, arguments, root)
    return subprocess.Popen(
        [str(Path(sys.executable).with_name("dbt")), *arguments],
        cwd=place,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _prepared(
    command: str, extracts: Path, data: Path, as_of: str, arguments: Sequence[str], root: Path
) -> tuple[Path, list[str], dict[str, str]]:
    """Where to run dbt, with which arguments and in which environment.

    What dbt parsed of the project it need not parse again, which takes it as long as half of the
    models do, if nothing that it was given differs. So every project, landing and data folder is
    given to it by the same names, in a folder of links.
    """
    data.mkdir(parents=True, exist_ok=True)
    place = Path(tempfile.mkdtemp(dir=PLACES))
    for name in (*COPIED, "analyses", "tests"):
        if (root / name).exists():
            (place / name).symlink_to(root / name)
    (place / "landed").symlink_to(extracts.absolute())
    (place / "built").symlink_to(data.absolute())
    if _parsed(as_of).exists() and not (data / "target" / "partial_parse.msgpack").exists():
        arguments = (*arguments, "--partial-parse-file-path", str(_parsed(as_of)))
    return (
        place,
        [
            *command.split(),
            "--vars",
            json.dumps({"as_of": as_of}),
            "--target-path",
            "built/target",
            "--log-path",
            "built/logs",
            # other tests keep the other processors busy
            "--threads",
            "1",
            *arguments,
        ],
        {
            **os.environ,
            # the copy's own plugin, not that of the project it is a copy of
            "PYTHONPATH": str(root),
            "STUDY_EXTRACTS": "landed",
            "STUDY_DATA": "built",
        },
    )


def built(extracts: Path, data: Path, as_of: str, *arguments: str, root: Path = ROOT) -> Path:
    """Build, and insist that it came out well."""
    _insist(build(extracts, data, as_of, *arguments, root=root))
    return data


def built_with_unit_tests(extracts: Path, data: Path, as_of: str) -> Path:
    """Build with every test there is, and insist that it came out well."""
    _insist(dbt("build", extracts, data, as_of))
    return data


def _insist(done: subprocess.CompletedProcess[str]) -> None:
    assert done.returncode == 0, f"dbt build failed:\n{done.stdout[-6000:]}\n{done.stderr[-2000:]}"


def built_as_far_as(extracts: Path, data: Path, as_of: str, *models: str) -> Path:
    """Build models and everything upstream, untested; returns where: nothing is published."""
    selected = ("--select", *(f"+{model}" for model in models))
    return all_models(extracts, data, as_of, *selected)


def all_models(extracts: Path, data: Path, as_of: str, *arguments: str) -> Path:
    """Build every model, untested, to be judged elsewhere; returns where: nothing is published."""
    kinds = ("--resource-type", "seed", "--resource-type", "model")
    return built(extracts, data, as_of, *kinds, *arguments) / "building"


def rows_of(database: Path, query: str, parameters: Sequence[object] = ()) -> list[tuple]:
    """Read plain rows from one of the databases that are not encrypted."""
    connection = duckdb.connect(str(database), read_only=True)
    try:
        return [tuple(map(plain, row)) for row in connection.execute(query, parameters).fetchall()]
    finally:
        connection.close()


def study_rows(data: Path, query: str) -> list[tuple]:
    return rows_of(data / "study.duckdb", query)


def research_rows(data: Path, query: str) -> list[tuple]:
    return rows_of(data / "research.duckdb", query)


def vault_rows(data: Path, query: str) -> list[tuple]:
    """Read from the encrypted vault (as `vault`), with the other two databases beside it."""
    from studylink import databases

    connection = databases.connect(data)
    try:
        return [tuple(map(plain, row)) for row in connection.execute(query).fetchall()]
    finally:
        connection.close()


def all_rows(data: Path) -> dict[tuple[str, str, str], list[str]]:
    """Every row of every table of the three databases, in an order of its own."""
    from studylink import databases

    with databases.connect(data) as connection:
        tables = connection.execute(
            "select database_name, schema_name, table_name from duckdb_tables()"
        ).fetchall()
        return {
            table: sorted(
                str(row) for row in connection.execute(f"from {'.'.join(table)}").fetchall()
            )
            for table in tables
        }


def everything_in(data: Path) -> dict[str, bytes]:
    """By place: the bytes of every file in a data folder, and the rows of every table as text."""
    files = [file for file in data.rglob("*") if file.is_file() and not file.is_symlink()]
    return {str(file): file.read_bytes() for file in files} | {
        ".".join(table): "\n".join(rows).encode() for table, rows in all_rows(data).items()
    }


def plain(value: object) -> object:
    """Instants as naive UTC, whichever way a database keeps them."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)
    return value


def research_columns(data: Path) -> dict[tuple[str, str], set[str]]:
    """The columns of every research table."""
    columns: dict[tuple[str, str], set[str]] = {}
    for schema, table, column in research_rows(
        data, "select table_schema, table_name, column_name from information_schema.columns"
    ):
        columns.setdefault((schema, table), set()).add(column)
    return columns
