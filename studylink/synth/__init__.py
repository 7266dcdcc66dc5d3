"""Synthetic landed extracts: invented families, and what agencies would send about them."""

import argparse
import contextlib
import tempfile
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import NamedTuple

import duckdb
import pyarrow

# In the order in which they build on one another. People and their entries in the pupil register
# need nothing that follows.
POPULATION = ("draws", "lists", "names", "ons", "cases", "people", "pupil_register")
SCRIPTS = (
    *POPULATION,
    "surveys",
    "governance",
    "requested",
    "dfe",
    "nhs_england",
    "hmrc",
    "dwp",
    "faults",
)


class PupilRegister(NamedTuple):
    """The tables of a linkage, and what it should find.

    - `children`: the children of send_futures as landed: study, child_id, first_name, last_name,
      date_of_birth, address_line_1, town, postcode;
    - `pupils`: the pupil register, the same columns without pupil_id;
    - `truth`: what `true_pupils` gives;
    - `near`: who is easily taken for a child: study, participant_id, pupil_matching_ref, kind
      (twin, sibling, namesake).
    """

    children: pyarrow.Table
    pupils: pyarrow.Table
    truth: pyarrow.Table
    near: pyarrow.Table


PUPIL_REGISTER = PupilRegister(
    children="""
        select
            study,
            participant_id as child_id,
            first_name,
            last_name,
            date_of_birth,
            address_line_1,
            town,
            postcode
        from landed."surveys/send_futures/participants"
        where role = 'child'
        order by child_id
    """,
    pupils="""
        select
            pupil_matching_ref as pupil_id,
            forename as first_name,
            surname as last_name,
            date_of_birth,
            address_line_1,
            town,
            postcode
        from landed."dfe/pupils"
        order by pupil_id
    """,
    truth="select * from true_pupils order by all",
    near="select * from near_pupils order by all",
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
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise FileExistsError(f"{out} is not empty: synthetic extracts are written to a new folder")
    with population(families, seed, scripts=SCRIPTS) as connection:
        for table in _tables(connection, "landed"):
            _copy(connection, table, out)


def true_pupils(families: int, seed: int) -> pyarrow.Table:
    """Which pupil is which child of a study, and what differs between the two.

    The truth about the folder that `write_extracts` makes of the same `families` and `seed`; the
    landing contract has no place for it, so it is never in the folder. One row per pupil who is a
    child of a study: `study, participant_id, pupil_matching_ref, differences` (the ways named in
    pupil_register.sql, alphabetically and comma-separated; empty where nothing differs).
    A child who is entered twice has two rows, one who is not in the pupil register has none.

    Raises ValueError for numbers of families that `write_extracts` refuses.
    """
    return pupil_register(families, seed).truth


def pupil_register(families: int, seed: int) -> PupilRegister:
    """The children of send_futures, the pupil register and the truth, and no other extracts.

    Raises ValueError for numbers of families that `write_extracts` refuses.
    """
    with population(families, seed) as connection:
        return pupil_register_of(connection)


def pupil_register_of(connection: duckdb.DuckDBPyConnection) -> PupilRegister:
    """The same of a `population`."""
    return PupilRegister(*(connection.sql(query).to_arrow_table() for query in PUPIL_REGISTER))


@contextlib.contextmanager
def population(
    families: int, seed: int, *, postcodes: int | None = None, scripts: tuple[str, ...] = POPULATION
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database of invented people and of what `scripts` make of them, gone at the end.

    They live in `postcodes` postcodes, by default as many as suit so many families.

    Raises ValueError for `families` below 200 (the hand-made cases need room) or above 1,250,000.
    """
    if not FEWEST <= families <= MOST:
        raise ValueError(f"families must be from {FEWEST} to {MOST:,}, not {families:,}")
    with (
        tempfile.TemporaryDirectory(prefix="studylink-synth-") as scratch,
        duckdb.connect(str(Path(scratch) / "synth.duckdb")) as connection,
    ):
        # Large runs sort on disk rather than crowd out whatever else is running.
        connection.execute("set memory_limit = '4GB'")
        connection.execute("set variable families = ?::bigint", [families])
        connection.execute("set variable seed = ?::varchar", [str(seed)])
        connection.execute("set variable postcodes = ?::bigint", [postcodes])
        connection.execute("create schema landed")
        connection.execute("create schema faulty")
        for script in scripts:
            sql = resources.files(__name__).joinpath(f"{script}.sql").read_text(encoding="utf-8")
            connection.execute(sql)
        yield connection


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
