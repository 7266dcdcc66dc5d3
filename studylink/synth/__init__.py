"""Synthetic landed extracts: invented families, and what agencies would send about them."""

import argparse
import contextlib
import itertools
import os
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib import resources
from pathlib import Path
from typing import NamedTuple

import duckdb
import pyarrow

from studylink import files

# In the order in which they build on one another. The first speak of no family, and people and
# their entries in the pupil register need nothing that follows.
COMMON = ("draws", "lists", "names", "ons", "schools", "governance", "cases")
POPULATION = ("people", "strangers", "pupil_register")
RECORDS = ("surveys", "shared_records", "requested", "dfe", "nhs_england", "hmrc", "dwp")

# Below, the hand-made families would not all fit; above, ids of seven digits would run out.
FEWEST, MOST = 200, 1_250_000
# From here on extracts are Parquet, and the register is as large as a nation's.
LARGE = 100_000
# Families that are made together: any number of them needs no more memory than these.
BLOCK = 50_000

# How a table is written, and in which order. CSV is for reading, so it is sorted; the rows of a
# Parquet file stand as they were made, which is by one thread, and so always the same.
FORMATS = {
    "csv": ("order by all", "format csv, header"),
    "parquet": ("", "format parquet, compression lz4_raw"),
}


class Block(NamedTuple):
    """Families and strangers that are made together, by their numbers."""

    families: range
    strangers: range


class PupilRegister(NamedTuple):
    """The tables of a linkage, and what it should find.

    - `children`: the children of send_futures as landed: study, child_id, first_name, last_name,
      date_of_birth, address_line_1, town, postcode, and the origin of the first name;
    - `pupils`: the pupil register: pupil_id and what else of these was landed;
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
            landed.study,
            landed.participant_id as child_id,
            landed.first_name,
            landed.last_name,
            landed.date_of_birth,
            landed.address_line_1,
            landed.town,
            landed.postcode,
            people.own_origin as origin
        from landed."surveys/send_futures/participants" as landed
        join people using (study, participant_id)
        where landed.role = 'child'
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


def write_extracts(
    families: int, seed: int, out: Path, form: str | None = None, pupils: int | None = None
) -> None:
    """Write a complete landing folder of invented data to `out`.

    It is laid out as real deliveries are: some eighty agency records a family, in the form `csv`
    (seven kilobytes a family) or `parquet`. A table is one file, or a folder of them, one for each
    `BLOCK` families. The register holds about `pupils`; without, five to a family, who go with its
    children. From `LARGE` families on, what is not given is `parquet` and ten pupils to a family.
    The same arguments give the same bytes, whatever the number of processors; another seed gives
    another population. `out` must not exist yet, or be empty.

    Raises ValueError for `families` below 200 (the hand-made cases need room) or above 1,250,000,
    and FileExistsError where `out` holds something already, which is left as it was.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise FileExistsError(f"{out} is not empty: synthetic extracts are written to a new folder")
    is_large = families >= LARGE
    blocks = _blocks(families, pupils or (10 * families if is_large else 0))
    form = form or ("parquet" if is_large else "csv")
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        parts = [
            pool.submit(_write_block, blocks, number, seed, out, form)
            for number in range(len(blocks))
        ]
        for part in parts:
            part.result()


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


def pupil_register(
    families: int, seed: int, *, pupils: int = 0, postcodes: int | None = None
) -> PupilRegister:
    """The children of send_futures, the pupil register and the truth, and no other extracts.

    They live in `postcodes` postcodes, by default as many as suit so many families.

    Raises ValueError for numbers of families that `write_extracts` refuses.
    """
    with population(families, seed, pupils=pupils, postcodes=postcodes) as connection:
        return PupilRegister(*(connection.sql(query).to_arrow_table() for query in PUPIL_REGISTER))


@contextlib.contextmanager
def population(
    families: int, seed: int, *, pupils: int = 0, postcodes: int | None = None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database of invented people, all in one block, gone at the end."""
    (whole,) = _blocks(families, pupils, families)
    with _database(families, seed, whole, postcodes) as connection:
        _run_scripts(connection, *COMMON, *POPULATION)
        yield connection


def _blocks(families: int, pupils: int, size: int | None = None) -> list[Block]:
    """All families, so many to a block, and the strangers that make up `pupils` shared out."""
    if not FEWEST <= families <= MOST:
        raise ValueError(f"families must be from {FEWEST} to {MOST:,}, not {families:,}")
    size = size or BLOCK
    strangers = max(0, pupils - 5 * families)
    ends = [*range(0, families, size), families]
    return [
        Block(
            range(first, last), range(strangers * first // families, strangers * last // families)
        )
        for first, last in itertools.pairwise(ends)
    ]


@contextlib.contextmanager
def _database(
    families: int, seed: int, block: Block, postcodes: int | None = None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """An empty database in memory, with the variables that the scripts read."""
    with (
        tempfile.TemporaryDirectory(prefix="studylink-synth-") as scratch,
        duckdb.connect() as connection,
    ):
        # Large sorts spill rather than crowd out whatever else is running.
        connection.execute(f"set temp_directory = {files.quoted(scratch)}")
        connection.execute("set memory_limit = '4GB'")
        for name, value in {
            "families": families,
            "first_family": block.families.start,
            "end_of_families": block.families.stop,
            "first_stranger": block.strangers.start,
            "end_of_strangers": block.strangers.stop,
            "postcodes": postcodes,
        }.items():
            connection.execute(f"set variable {name} = ?::bigint", [value])
        connection.execute("set variable seed = ?::varchar", [str(seed)])
        connection.execute("create schema landed")
        connection.execute("create schema faulty")
        yield connection


def _run_scripts(connection: duckdb.DuckDBPyConnection, *scripts: str) -> None:
    for script in scripts:
        sql = resources.files(__name__).joinpath(f"{script}.sql").read_text(encoding="utf-8")
        connection.execute(sql)


def _write_block(blocks: list[Block], number: int, seed: int, out: Path, form: str) -> None:
    """Write the files of one of the blocks; the first also has what is of no family, and faults."""
    families = blocks[-1].families.stop
    with _database(families, seed, blocks[number]) as connection:
        # the order of the rows is that of one thread; other blocks keep other processors busy
        connection.execute("set threads = 1")
        _run_scripts(connection, *COMMON)
        written_once = set(_tables(connection, "landed")) if number else set()
        _run_scripts(connection, *POPULATION, *RECORDS, *(() if number else ("faults",)))
        faulty = _tables(connection, "faulty")
        order, options = FORMATS[form]
        for table in _tables(connection, "landed"):
            if table in written_once:
                continue
            rows = f'select * from landed."{table}"'
            if table in faulty:
                rows += f' union all by name select * from faulty."{table}"'
            part = f"/part-{number + 1:06}" if len(blocks) > 1 else ""
            path = out / f"{table}{part}.{form}"
            path.parent.mkdir(parents=True, exist_ok=True)
            connection.execute(
                f"copy (select * from ({rows}) {order}) to {files.quoted(path)} ({options})"
            )


def _tables(connection: duckdb.DuckDBPyConnection, schema: str) -> list[str]:
    rows = connection.execute(
        "select table_name from information_schema.tables where table_schema = ? order by all",
        [schema],
    ).fetchall()
    return [name for (name,) in rows]


def add_command(subparsers: argparse._SubParsersAction) -> None:
    """Register `studylink synth`."""
    parser = subparsers.add_parser("synth", help="write synthetic extracts to a new folder")
    parser.add_argument("--families", type=int, required=True, help="how many families")
    parser.add_argument("--seed", type=int, required=True, help="same seed, same bytes")
    parser.add_argument("--out", type=Path, required=True, help="a folder that is new or empty")
    parser.add_argument(
        "--format", choices=FORMATS, help=f"parquet from {LARGE:,} families on, otherwise csv"
    )
    parser.add_argument(
        "--pupils",
        type=int,
        help=f"about how many are in the register: ten to a family from {LARGE:,} families on, "
        "otherwise five",
    )
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    try:
        write_extracts(
            arguments.families, arguments.seed, arguments.out, arguments.format, arguments.pupils
        )
    except (ValueError, FileExistsError) as refusal:
        raise SystemExit(f"studylink synth: {refusal}") from None
    return 0
