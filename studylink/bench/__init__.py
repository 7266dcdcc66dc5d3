"""`studylink bench`: dbt beside the least that any build could do with the same landed files.

`limit.sql` reads every landed byte once, joins each row to a ready table of who may be published,
keys its id and writes it. What dbt takes more than it is the price of what is promised: that every
row is checked, decided, described and tested.
"""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

from studylink import files
from studylink.contract import PROJECT

AS_OF = "2026-06-30T00:00:00Z"


@dataclass(frozen=True)
class Size:
    """How many families, and the gigabytes of disk that are used at the most."""

    families: int
    gigabytes: int


SIZES = {"S": Size(10_000, 2), "M": Size(100_000, 6), "L": Size(1_000_000, 40)}
PUPILS = 10
"""In the register, to a family."""
SEED = 1
NODES_SHOWN = 40


@dataclass(frozen=True)
class Measured:
    """One command: wall-clock and processor seconds, peak resident memory in MiB, all its own.

    Of a dbt command, `starting` are the seconds before and after it runs the project's nodes.
    """

    what: str
    seconds: float
    processor_seconds: float
    mebibytes: float
    starting: float = 0.0

    HEADING = f"{'':<30}{'seconds':>10}{'processor':>11}{'peak MiB':>10}{'s per million rows':>20}"

    def line(self, rows: int) -> str:
        """A line under `HEADING`: of a step that had to do with so many rows."""
        return (
            f"{self.what:<30}{self.seconds:>10.1f}{self.processor_seconds:>11.1f}"
            f"{self.mebibytes:>10,.0f}{self.seconds / rows * 1e6:>20.2f}"
        )


@dataclass(frozen=True)
class Node:
    """A node of a build, as `unique_id` names it, and the wall-clock seconds that it took."""

    name: str
    seconds: float


class Failure(RuntimeError):
    """A step that failed; the message holds the end of what it said."""


def add_command(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register `studylink bench`."""
    parser = subparsers.add_parser("bench", help="dbt build beside the least it could do")
    parser.add_argument(
        "--size",
        choices=SIZES,
        default="S",
        help=", ".join(f"{name}: {size.families:,} families" for name, size in SIZES.items()),
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Measure one size, show each step as it ends, clean up; 1 where a step fails.

    What is shown is also in `target/bench-<size>.txt`, and stays there.
    """
    size = SIZES[arguments.size]
    folder = PROJECT / "target" / "bench" / arguments.size
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        refuse_small_disk(folder, arguments.size)
        with (folder.parents[1] / f"bench-{arguments.size}.txt").open("w") as kept:
            for text in measure(size.families, folder):
                print(text, flush=True)
                print(text, file=kept, flush=True)
        return 0
    except Failure as failure:
        print(failure, file=sys.stderr)
        return 1
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def refuse_small_disk(folder: Path, name: str) -> None:
    """Raise `Failure` where the disk of a folder has less room than a size needs."""
    free = shutil.disk_usage(folder).free // 10**9
    if free < SIZES[name].gigabytes:
        raise Failure(
            f"Size {name} needs {SIZES[name].gigabytes} GB of disk, "
            f"and {folder} has {free} GB free."
        )


def measure(families: int, folder: Path) -> Iterator[str]:
    """Make extracts of so many families in `folder`, build them, and run the limit on them.

    Gives the lines of the report one by one, each when it is known: a later step that fails takes
    none of them back. Raises `Failure` at the end where a step failed.
    """
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    yield (
        f"{families:,} families on {os.cpu_count()} cores with {memory:.0f} GiB of memory; "
        f"of DuckDB {os.environ.get('STUDY_MEMORY') or 'two fifths, as by default'}"
    )
    yield Measured.HEADING
    extracts = folder / "extracts"
    synthesised = _synthesise(families, extracts)
    rows, megabytes = _landed(extracts)
    yield synthesised.line(rows)
    a_second = rows / synthesised.seconds
    yield f"{rows:,} rows landed, {megabytes:,.0f} MB; {a_second:,.0f} rows a second"
    yield _dbt("dbt parse", "parse", extracts, folder).line(rows)
    failure = None
    try:
        built = _dbt("dbt build", "build", extracts, folder, "--exclude-resource-type", "unit_test")
        yield built.line(rows)
        yield f"{'of which dbt starts and ends in':<30}{built.starting:>10.1f}"
        least = run_limit(extracts, folder / "dbt", folder / "limit")
        yield least.line(rows)
        yield (
            f"dbt build takes {built.seconds / least.seconds:.1f} times the limit's seconds and "
            f"{built.processor_seconds / least.processor_seconds:.1f} times its processor seconds."
        )
    except Failure as failed:
        least, failure = None, failed
    yield from shown(nodes(folder / "target" / "run_results.json"), least)
    if failure:
        raise failure


def nodes(results: Path) -> list[Node]:
    """What `run_results.json` says of each node, slowest first; none where there is none."""
    if not results.exists():
        return []
    found = json.loads(results.read_text(encoding="utf-8"))["results"]
    return sorted(
        (Node(one["unique_id"], one["execution_time"]) for one in found),
        key=lambda node: -node.seconds,
    )


def shown(found: list[Node], least: "Measured | None") -> Iterator[str]:
    """The slowest nodes as lines, with their ratio to the limit's wall-clock seconds, if known.

    Several nodes run at once, so theirs add up to more than the build's.
    """
    if least:
        over = sum(node.seconds > 4 * least.seconds for node in found)
        yield f"{over} of {len(found)} nodes take more than 4 times the limit's seconds."
    yield f"{'seconds':>10}{'of limit':>10}  node, slowest first"
    for node in found[:NODES_SHOWN]:
        ratio = f"{node.seconds / least.seconds:.2f}" if least else ""
        yield f"{node.seconds:>10.1f}{ratio:>10}  {node.name}"
    others = found[NODES_SHOWN:]
    yield f"{sum(node.seconds for node in others):>10.1f}{'':>10}  {len(others)} other nodes"


def run_limit(extracts: Path, built: Path, folder: Path) -> Measured:
    """Run `limit.sql` on the extracts and the data folder built from them, into a new `folder`.

    What it joins with is made before, and not measured.
    """
    folder.mkdir()
    step = [sys.executable, "-m", "studylink.bench.limit", str(folder)]
    timed("what the limit joins with", [*step, "ready"], extracts, built)
    return timed("the limit", [*step, "pass"], extracts, built)


def _synthesise(families: int, extracts: Path) -> Measured:
    """Write synthetic extracts, in a process of its own.

    A process begins with its parent's peak memory as its own, so this one must stay small.
    """
    command = [sys.executable, "-m", "studylink.cli", "synth", "--families", str(families)]
    command += ["--seed", str(SEED), "--format", "parquet", "--pupils", str(PUPILS * families)]
    command += ["--out", str(extracts)]
    return timed("studylink synth", command, extracts, extracts.with_name("synth"))


def _landed(extracts: Path) -> tuple[int, float]:
    """The rows and the megabytes of a folder of Parquet files."""
    landed = list(extracts.rglob("*.parquet"))
    with duckdb.connect() as connection:
        ((rows,),) = connection.execute(
            "select sum(num_rows)::bigint "
            f"from parquet_file_metadata([{', '.join(map(files.located, landed))}])"
        ).fetchall()
    return rows, sum(path.stat().st_size for path in landed) / 1e6


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
    """Run one command to its end, quietly; raises `Failure` with the end of its output."""
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
        how = f"ended with status {process.returncode}"
        if process.returncode < 0:
            how = f"was ended by {signal.Signals(-process.returncode).name}"
        raise Failure(f"{what} failed: it {how}\n{output.read_text(errors='replace')[-3000:]}")
    starting = 0.0
    if results and results.exists():
        starting = seconds - json.loads(results.read_text(encoding="utf-8"))["elapsed_time"]
    return Measured(
        what, seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, starting
    )
