"""`studylink bench`: dbt beside the least that any build could do with the same landed files.

`limit.sql` reads every landed byte once, joins each row to a ready table of who may be published,
keys its id and writes it. What dbt takes more than it is the price of what is promised: that every
row is checked, decided, described and tested.
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

from studylink.contract import PROJECT

AS_OF = "2026-06-30T00:00:00Z"
TESTED = ("--exclude-resource-type", "unit_test")
UNTESTED = (*TESTED, "--exclude-resource-type", "test")


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
    parser = subparsers.add_parser("bench", help="dbt build beside the least it could do")
    parser.add_argument("--families", type=int, default=20_000, help="how many families")
    parser.add_argument("--seed", type=int, default=1, help="same seed, same extracts")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Measure, print, clean up; 1 where something fails."""
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
        built = [build(made, folder, *UNTESTED), build(made, folder, *TESTED)]
        print(_table([limit(made, folder / "dbt", folder / "limit"), *built]))
        return 0
    except RuntimeError as failure:
        print(failure)
        return 1
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def limit(extracts: Path, built: Path, folder: Path) -> Measured:
    """Run `limit.sql` on the extracts and the data folder built from them, into a new `folder`.

    What it joins with is made before, and not measured.
    """
    folder.mkdir()
    step = [sys.executable, "-m", "studylink.bench.limit", str(folder)]
    timed("what the limit joins with", [*step, "ready"], extracts, built)
    return timed("the limit", [*step, "pass"], extracts, built)


def build(extracts: Path, folder: Path, *options: str) -> Measured:
    """Run `dbt build` on the extracts as anybody would, into an empty `folder`/dbt.

    The data folder is the same at every run: another would make dbt parse the project again.
    """
    shutil.rmtree(folder / "dbt", ignore_errors=True)
    what = "dbt build, with no test" if options == UNTESTED else "dbt build, with data tests"
    return _dbt(what, "build", extracts, folder, *options)


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
    """The measurements as aligned text, each with its ratios to the first."""
    lines = [f"{'':28}{'seconds':>9}{'ratio':>8}{'processor':>11}{'ratio':>8}{'peak MiB':>10}"]
    lines += [
        f"{one.what:28}{one.seconds:>9.1f}{one.seconds / measured[0].seconds:>8.1f}"
        f"{one.processor_seconds:>11.1f}"
        f"{one.processor_seconds / measured[0].processor_seconds:>8.1f}{one.mebibytes:>10,.0f}"
        for one in measured
    ]
    starting = [one.starting for one in measured if one.starting is not None]
    if starting:
        lines.append(
            f"Of dbt's seconds {' and '.join(f'{seconds:.1f}' for seconds in starting)} are its "
            "own start and end, however many families there are."
        )
    return "\n".join(lines)
