"""`studylink bench`: dbt beside a hand-written DuckDB script that does the same work.

`by_hand.sql` reads, checks, quarantines, decides, filters and pseudonymises the same landed files
into the same research and governance tables, as one engineer would write it for speed alone. What
dbt takes more than it is the price of small models, each of which can be read and tested.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import duckdb

from studylink import databases
from studylink.contract import PROJECT

AS_OF = "2026-06-30T00:00:00Z"
UNTESTED = ("--exclude-resource-type", "test", "--exclude-resource-type", "unit_test")

VALUE_TESTS = (
    "nothing_of_the_vault_is_published",
    "no_column_passes_for_identifiers",
    "closed_columns_hold_nothing_else",
)
"""The data tests that read every value that is published."""


@dataclass(frozen=True)
class Measured:
    """One command: wall-clock and processor seconds, peak resident memory in MiB, all its own.

    Of a dbt command, `starting` are the seconds before and after it runs the project's nodes.
    """

    what: str
    seconds: float
    processor_seconds: float
    mebibytes: float
    starting: float | None = None


def add_command(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register `studylink bench`."""
    parser = subparsers.add_parser("bench", help="dbt build beside a hand-written script")
    parser.add_argument("--families", type=int, default=20_000, help="how many families")
    parser.add_argument("--seed", type=int, default=1, help="same seed, same extracts")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Measure, print, clean up; 1 where dbt and the script do not publish the same rows."""
    folder = PROJECT / "target" / "bench"
    shutil.rmtree(folder, ignore_errors=True)
    try:
        made = _synthesise(arguments.families, arguments.seed, folder)
        megabytes = sum(file.stat().st_size for file in made.rglob("*.csv")) / 1e6
        print(
            f"{arguments.families:,} families, {megabytes:,.0f} MB landed, {os.cpu_count()} cores",
            flush=True,
        )
        _dbt("dbt parse", "parse", made, folder)
        measured = [
            run_by_hand(made, folder),
            build(made, folder, *UNTESTED),
            build(made, folder),
        ]
        print(f"{landed_rows(folder / 'hand'):,} landed rows\n\n{_table(measured)}")
        share = share_of_tests(folder / "target" / "run_results.json", VALUE_TESTS)
        print(f"Looking for identifiers in values took {share:.0%} of the time of all nodes.")
        return _compared(folder)
    except RuntimeError as failure:
        print(failure)
        return 1
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def run_by_hand(extracts: Path, folder: Path) -> Measured:
    """Run `by_hand.sql` on the extracts in a process of its own, into `folder`/hand."""
    return timed(
        "by hand", [sys.executable, "-m", "studylink.bench.by_hand"], extracts, folder / "hand"
    )


def build(extracts: Path, folder: Path, *options: str) -> Measured:
    """Run `dbt build` on the extracts as anybody would, into an empty `folder`/dbt.

    The data folder is the same at every run: another would make dbt parse the project again.
    """
    shutil.rmtree(folder / "dbt", ignore_errors=True)
    what = "dbt build, all models" if options else "dbt build, with every test"
    return _dbt(what, "build", extracts, folder, *options)


def row_counts(folder: Path) -> dict[str, int]:
    """The rows of every research and governance table in a folder of databases."""
    return {
        table: connection.execute(f"select count(*) from {table}").fetchall()[0][0]
        for connection in (_opened(folder),)
        for table in _results(connection)
    }


def landed_rows(folder: Path) -> int:
    """How many rows were landed, by the reconciliation of what became of them."""
    return (
        _opened(folder)
        .execute("select sum(records)::bigint from study.governance.record_reconciliation")
        .fetchall()[0][0]
    )


def tables_apart(one: Path, other: Path) -> list[str]:
    """The tables whose rows, in whatever order, are not the same in two folders of databases."""
    sums: list[dict[str, object]] = []
    for folder in (one, other):
        connection = _opened(folder)
        sums.append({})
        for table in _results(connection):
            # columns by name: their order tells nothing
            columns = ", ".join(
                column
                for (column,) in connection.execute(
                    "select column_name from (describe from query_table(?)) order by all", [table]
                ).fetchall()
            )
            sums[-1][table] = connection.execute(
                f"select columns, sum(hash(rows)) from (select $1 as columns, {columns} "
                f"from {table}) as rows group by columns",
                [columns],
            ).fetchall()
    return sorted(table for table in sums[0] | sums[1] if sums[0].get(table) != sums[1].get(table))


def share_of_tests(results: Path, names: tuple[str, ...]) -> float:
    """The share of some data tests in the seconds of all nodes of a run, by its `run_results.json`.

    Raises `KeyError` where one of them did not run.
    """
    seconds = {
        one["unique_id"].split(".")[2]: one["execution_time"]
        for one in json.loads(results.read_text(encoding="utf-8"))["results"]
    }
    return sum(seconds[name] for name in names) / sum(seconds.values())


def _compared(folder: Path) -> int:
    """Say whether dbt and the script published the same; 1 where they differ in rows."""
    dbt, hand = row_counts(folder / "dbt"), row_counts(folder / "hand")
    apart = [
        f"  {table}: {dbt.get(table, 'none')} by dbt, {hand.get(table, 'none')} by hand"
        for table in sorted(dbt | hand)
        if dbt.get(table) != hand.get(table)
    ]
    if apart:
        print("\nThe two do not publish the same rows, so the ratios mean nothing:")
        print("\n".join(apart))
        return 1
    values = tables_apart(folder / "dbt", folder / "hand")
    print(
        f"\nBoth made the same number of rows in each of {len(dbt)} tables, "
        + (f"but not the same values in {', '.join(values)}." if values else "and the same values.")
    )
    return 0


def _opened(folder: Path) -> duckdb.DuckDBPyConnection:
    """A connection to the research and study databases of a folder, or of the build in it."""
    connection = duckdb.connect()
    if not databases.path(folder, "research").exists():
        folder = folder / "building"
    for name in ("study", "research"):
        databases.attach(connection, folder, name, read_only=True)
    return connection


def _results(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """The names of the research and governance tables."""
    return [
        name
        for (name,) in connection.execute(
            """
            select database_name || '.' || schema_name || '.' || table_name
            from duckdb_tables()
            where database_name = 'research' or schema_name = 'governance'
            order by all
            """
        ).fetchall()
    ]


def _synthesise(families: int, seed: int, folder: Path) -> Path:
    """Write synthetic extracts, in a process of its own.

    A process begins with its parent's peak memory as its own, so this one must stay small.
    """
    extracts = folder / "extracts"
    command = [sys.executable, "-m", "studylink.cli", "synth", "--families", str(families)]
    command += ["--seed", str(seed), "--out", str(extracts)]
    timed("studylink synth", command, extracts, folder / "synth")
    return extracts


def _dbt(what: str, command: str, extracts: Path, folder: Path, *options: str) -> Measured:
    """Run a dbt command with target and logs beside the data, as of the same moment always."""
    target = folder / "target"
    return timed(
        what,
        [
            str(Path(sys.executable).with_name("dbt")),
            command,
            *("--vars", json.dumps({"as_of": AS_OF})),
            *("--target-path", str(target)),
            *("--log-path", str(folder / "logs")),
            *options,
        ],
        extracts,
        folder / "dbt",
        target / "run_results.json",
    )


def timed(
    what: str, command: list[str], extracts: Path, data: Path, results: Path | None = None
) -> Measured:
    """Run one command to its end, quietly; raises `RuntimeError` with its output if it fails."""
    data.mkdir(parents=True, exist_ok=True)
    output = data.with_suffix(".txt")
    began = time.monotonic()
    with output.open("w") as file:
        process = subprocess.Popen(
            command,
            cwd=PROJECT,
            env={**os.environ, "STUDY_EXTRACTS": str(extracts), "STUDY_DATA": str(data)},
            stdout=file,
            stderr=subprocess.STDOUT,
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.monotonic() - began
    if process.returncode:
        raise RuntimeError(f"{what} failed:\n{output.read_text(errors='replace')[-3000:]}")
    starting = None
    if results and results.exists():
        starting = seconds - json.loads(results.read_text(encoding="utf-8"))["elapsed_time"]
    return Measured(
        what, seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, starting
    )


def _table(measured: list[Measured]) -> str:
    """The measurements as aligned text, each with its ratio to the first."""
    lines = [f"{'':28}{'seconds':>9}{'processor':>11}{'peak MiB':>10}{'ratio':>8}"]
    lines += [
        f"{one.what:28}{one.seconds:>9.1f}{one.processor_seconds:>11.1f}{one.mebibytes:>10,.0f}"
        f"{one.seconds / measured[0].seconds:>8.2f}"
        for one in measured
    ]
    starting = [one.starting for one in measured if one.starting is not None]
    if starting:
        lines.append(
            f"Of dbt's seconds {' and '.join(f'{seconds:.1f}' for seconds in starting)} are its "
            "own start and end, however many families there are."
        )
    return "\n".join(lines)
