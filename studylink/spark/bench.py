"""`make bench-spark`: both engines on the same landings, Spark on a cluster of two workers here.

The cluster is Spark's own standalone one: a master and two workers with one core each, whose
executors, like those of any cluster, share nothing with the session but files.
"""

import argparse
import contextlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pyspark

from studylink import databases
from studylink.contract import PROJECT
from studylink.spark import build, session

T = TypeVar("T")
AS_OF = "2026-06-30T00:00:00Z"
MASTER = "spark://127.0.0.1:7077"
WORKERS = 2
MEMORY = "1536m"
"""Of each worker's executor."""
MODELS_ALONE = ("--exclude-resource-type", "test")
"""What Spark is measured by; DuckDB publishes nothing that its data tests have not passed."""
STUDYLINK = Path(sys.executable).with_name("studylink")
DBT = Path(sys.executable).with_name("dbt")


@contextlib.contextmanager
def cluster(folder: Path) -> Iterator[None]:
    """A master and two workers of one core each, until the end."""
    spark_class = str(Path(pyspark.__file__).parent / "bin" / "spark-class")
    place = ("--host", "127.0.0.1", "--webui-port", "0")
    folder.mkdir(parents=True)
    master = (spark_class, "org.apache.spark.deploy.master.Master", *place, "--port", "7077")
    worker = (
        *(spark_class, "org.apache.spark.deploy.worker.Worker", *place),
        *("--cores", "1", "--memory", MEMORY, "--work-dir", str(folder), MASTER),
    )
    with (folder / "log").open("w") as log, contextlib.ExitStack() as stack:
        for command in (master, *[worker] * WORKERS):
            running = subprocess.Popen(command, stdout=log, stderr=log)
            stack.callback(running.wait)
            stack.callback(running.terminate)
        yield


def processor_seconds() -> float:
    """Of this process and everything that it started and that still runs; of Linux alone."""
    parents, seconds = {}, {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = stat.read_text().rpartition(")")[2].split()
            pid = int(stat.parent.name)
            parents[pid] = int(fields[1])
            # its own, and of those of its children that ended
            seconds[pid] = sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
    ours = {os.getpid()}
    while more := {pid for pid, parent in parents.items() if parent in ours} - ours:
        ours |= more
    return sum(seconds.get(pid, 0) for pid in ours)


def measured(what: str, do: Callable[..., T], *arguments: Any) -> T:
    """Do something and print what it took."""
    began, used = time.monotonic(), processor_seconds()
    done = do(*arguments)
    took = time.monotonic() - began
    print(f"{what}: {took:,.0f} s, {processor_seconds() - used:,.0f} processor s", flush=True)
    return done


def main() -> int:
    """Build each landing on both engines; 1 where one is red."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--families", type=int, nargs="+", default=[1_000, 10_000])
    os.umask(0o077)
    bench = PROJECT / "target" / "bench-spark"
    shutil.rmtree(bench, ignore_errors=True)
    for families in parser.parse_args().families:
        folder, named = bench / str(families), f"{families:,} families"
        extracts, data = folder / "extracts", folder / "data"
        environment = {**os.environ, "STUDY_EXTRACTS": str(extracts), "STUDY_DATA": str(data)}
        synth = (STUDYLINK, "synth", "--families", str(families), "--seed", "1", "--out", extracts)
        subprocess.run(synth, check=True, stdout=subprocess.DEVNULL)
        on_duckdb = (
            *(DBT, "--quiet", "build", "--exclude-resource-type", "unit_test"),
            *("--target-path", folder / "target", "--vars", f"{{as_of: '{AS_OF}'}}"),
        )
        measured(f"{named}, DuckDB with every data test", _run, on_duckdb, environment)
        with cluster(folder / "cluster"):
            spark = session.start(
                data / "spark",
                MASTER,
                spark_executor_memory="1g",
                spark_driver_memory="2g",
                # two for each core
                spark_sql_shuffle_partitions=str(2 * WORKERS),
            )
            try:
                passed = measured(
                    f"{named}, Spark without data tests", build.build, spark, extracts, data,
                    data / "spark", *MODELS_ALONE,
                )  # fmt: skip
            finally:
                spark.stop()
        with databases.connect_to(data, "study") as connection:
            rows = connection.execute(
                "select sum(records) from study.governance.record_reconciliation"
            ).fetchall()[0][0]
        print(f"{named} are {rows:,} rows of records")
        if not passed:
            return 1
    shutil.rmtree(bench)
    return 0


def _run(command: tuple, environment: dict[str, str]) -> None:
    subprocess.run(command, check=True, env=environment)


if __name__ == "__main__":
    sys.exit(main())
