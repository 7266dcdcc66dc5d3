"""`studylink bench`: dbt beside a hand-written DuckDB script that does the same work."""

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

from studylink import databases, synth
from studylink.contract import PROJECT

AS_OF = "2026-06-30T00:00:00Z"


@dataclass(frozen=True)
class Measured:
    """One run: wall-clock seconds of the whole command, and its peak resident memory in MiB."""

    what: str
    seconds: float
    mebibytes: float


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
        extracts = folder / "extracts"
        folder.mkdir(parents=True)
        synth.write_extracts(arguments.families, arguments.seed, extracts)
        megabytes = sum(file.stat().st_size for file in extracts.rglob("*.csv")) / 1e6
        print(
            f"{arguments.families:,} families, {megabytes:,.0f} MB landed, {os.cpu_count()} cores"
        )
        measured = measure(extracts, folder)
        print(_table(measured))
        apart = [
            f"  {table}: {by_dbt} by dbt, {by_hand} by hand"
            for table, (by_dbt, by_hand) in published(folder / "dbt", folder / "hand").items()
            if by_dbt != by_hand
        ]
        if apart:
            print("the two do not publish the same rows, so the ratios mean nothing:")
            print("\n".join(apart))
            return 1
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 0


def measure(extracts: Path, folder: Path) -> list[Measured]:
    """Run the script and dbt one after the other on the same extracts; each in a new process."""
    dbt = [str(Path(sys.executable).with_name("dbt"))]
    options = [
        "--vars",
        json.dumps({"as_of": AS_OF}),
        "--target-path",
        str(folder / "target"),
        "--log-path",
        str(folder / "logs"),
    ]
    untested = ["--exclude-resource-type", "test", "--exclude-resource-type", "unit_test"]
    _timed("dbt parse", [*dbt, "parse", *options], extracts, folder / "dbt")
    return [
        _timed(
            "by hand", [sys.executable, "-m", "studylink.bench.by_hand"], extracts, folder / "hand"
        ),
        _timed(
            "dbt build, models alone",
            [*dbt, "build", *untested, *options],
            extracts,
            folder / "untested",
        ),
        _timed("dbt build, every test", [*dbt, "build", *options], extracts, folder / "dbt"),
    ]


def published(*folders: Path) -> dict[str, tuple[int, ...]]:
    """The number of rows of every research table in each of the folders."""
    counts: dict[str, list[int]] = {}
    for folder in folders:
        with duckdb.connect(databases.path(folder, "research"), read_only=True) as connection:
            for schema, table in connection.execute(
                "select schema_name, table_name from duckdb_tables() order by all"
            ).fetchall():
                rows = connection.execute(f"select count(*) from {schema}.{table}").fetchall()
                counts.setdefault(f"{schema}.{table}", []).append(rows[0][0])
    return {table: tuple(rows) for table, rows in counts.items()}


def _timed(what: str, command: list[str], extracts: Path, data: Path) -> Measured:
    """Run one command to its end, quietly; raises `RuntimeError` with its output if it fails."""
    data.mkdir(parents=True, exist_ok=True)
    output = data / "output.txt"
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
    seconds = time.monotonic() - began
    if status:
        raise RuntimeError(f"{what} failed:\n{output.read_text()[-3000:]}")
    return Measured(what, seconds, usage.ru_maxrss / 1024)


def _table(measured: list[Measured]) -> str:
    """The measurements as aligned text, with the ratio of each to the first."""
    lines = [f"{'':26}{'seconds':>9}{'peak MiB':>10}{'ratio':>8}"]
    lines += [
        f"{one.what:26}{one.seconds:>9.1f}{one.mebibytes:>10,.0f}"
        f"{one.seconds / measured[0].seconds:>8.2f}"
        for one in measured
    ]
    return "\n".join(lines)
