"""Readers of the published databases, each a process of its own, and what they see.

As a program, `python -m tests.python.lib.readers DATA_FOLDER WAY PAUSE` reads again and again, in
one of two ways, until its input ends, and once more. Then it prints how often it read and what it
saw, as a list of `seen`, each once.
"""

from __future__ import annotations

import json
import select
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from studylink import databases

WAYS = ("research alone", "all three")


def opened(data: Path, way: str) -> duckdb.DuckDBPyConnection:
    """The published databases as a researcher opens one of them, or as the project opens all."""
    if way == "research alone":
        return duckdb.connect(str(data / "research.duckdb"), read_only=True)
    return databases.connect(data)


def seen(data: Path, way: str) -> str:
    """What one connection shows: which build it is of, and the rows of every table."""
    with opened(data, way) as connection:
        tables = connection.execute(
            "select database_name, schema_name, table_name from duckdb_tables() order by all"
        ).fetchall()
        counts = {
            ".".join(table): connection.table(".".join(table)).count("*").fetchall()[0][0]
            for table in tables
        }
        built = connection.execute(
            f"from {next(iter(tables))[0] if way == WAYS[0] else 'research'}.about.build"
        ).fetchall()
    return json.dumps([str(built), counts])


@contextmanager
def reading(data: Path, *ways: str, pause: float = 0) -> Iterator[list[tuple[str, int, set[str]]]]:
    """One reader for each way, at work until the end; then its way, how often it read, what it saw.

    Each reads once before, again after each pause, in seconds, and once after; and must end without
    an error.
    """
    readers = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.python.lib.readers", str(data), way, str(pause)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for way in ways
    ]
    found: list[tuple[str, int, set[str]]] = []
    try:
        for reader in readers:
            assert reader.stdout.readline() == "reading\n", reader.stderr.read()
        yield found
    finally:
        ended = [reader.communicate() for reader in readers]
    for way, reader, (said, complained) in zip(ways, readers, ended, strict=True):
        assert reader.returncode == 0, f"{way}: {complained}"
        times, all_seen = json.loads(said)
        found.append((way, times, set(all_seen)))


def main(data: Path, way: str, pause: float) -> None:
    all_seen = {seen(data, way)}
    print("reading", flush=True)
    times = 1
    while not select.select([sys.stdin], [], [], pause)[0]:
        all_seen.add(seen(data, way))
        times += 1
    all_seen.add(seen(data, way))
    print(json.dumps([times, sorted(all_seen)]))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], float(sys.argv[3]))
