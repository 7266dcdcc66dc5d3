"""Synthetic landed extracts: invented families, and what agencies would send about them."""

import argparse
import tempfile
from importlib import resources
from pathlib import Path

import duckdb

# In the order in which they build on one another.
SCRIPTS = (
    "draws",
    "lists",
    "ons",
    "cases",
    "people",
    "surveys",
    "governance",
    "dfe",
    "nhs_england",
    "hmrc",
    "dwp",
    "faults",
)

# Below, the hand-made families would not all fit; above, ids of seven digits would run out.
FEWEST, MOST = 200, 1_250_000


def write_extracts(families: int, seed: int, out: Path) -> None:
    """Write a complete landing folder of invented data to `out`.

    It is laid out as real deliveries are, one CSV file a table: some seven kilobytes and seventy
    agency records a family. The same `families` and `seed` give the same bytes, whatever the number
    of threads; another seed gives another population. `out` must not exist yet, or be empty.

    Raises ValueError for `families` below 200 (the hand-made cases need room) or above 1,250,000,
    and FileExistsError where `out` holds something already, which is left as it was.
    """
    if not FEWEST <= families <= MOST:
        raise ValueError(f"families must be from {FEWEST} to {MOST:,}, not {families:,}")
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise FileExistsError(f"{out} is not empty: synthetic extracts are written to a new folder")
    with (
        tempfile.TemporaryDirectory(prefix="studylink-synth-") as scratch,
        duckdb.connect(str(Path(scratch) / "synth.duckdb")) as connection,
    ):
        # Large runs sort on disk rather than crowd out whatever else is running.
        connection.execute("set memory_limit = '4GB'")
        connection.execute("set variable families = ?::bigint", [families])
        connection.execute("set variable seed = ?::varchar", [str(seed)])
        connection.execute("create schema landed")
        connection.execute("create schema faulty")
        for script in SCRIPTS:
            sql = resources.files(__name__).joinpath(f"{script}.sql").read_text(encoding="utf-8")
            connection.execute(sql)
        for table in _tables(connection, "landed"):
            _copy(connection, table, out)


def _tables(connection: duckdb.DuckDBPyConnection, schema: str) -> list[str]:
    rows = connection.execute(
        "select table_name from information_schema.tables where table_schema = ? order by all",
        [schema],
    ).fetchall()
    return [name for (name,) in rows]


def _copy(connection: duckdb.DuckDBPyConnection, table: str, out: Path) -> None:
    """Write one table, its faulty rows among the sound ones."""
    rows = f'select * from landed."{table}"'
    if table in _tables(connection, "faulty"):
        rows += f' union all by name select * from faulty."{table}"'
    path = out / f"{table}.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    target = str(path).replace("'", "''")
    # ordered by every column, so that the file does not depend on how the work was shared out
    connection.execute(f"copy (select * from ({rows}) order by all) to '{target}' (header)")


def add_command(subparsers: argparse._SubParsersAction) -> None:
    """Register `studylink synth`."""
    parser = subparsers.add_parser("synth", help="write synthetic extracts to a new folder")
    parser.add_argument("--families", type=int, required=True, help="how many families")
    parser.add_argument("--seed", type=int, required=True, help="same seed, same bytes")
    parser.add_argument("--out", type=Path, required=True, help="a folder that is new or empty")
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    try:
        write_extracts(arguments.families, arguments.seed, arguments.out)
    except (ValueError, FileExistsError) as refusal:
        raise SystemExit(f"studylink synth: {refusal}") from None
    return 0
