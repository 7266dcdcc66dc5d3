"""`studylink attack`: what an intruder gets out of the published tables, beside what they may.

Intruders who know something of somebody (`intruders.py`), one who looks for the records of answers
that may not be linked, by what they say (`contents.py`), and one who hashes ids (`guessing.py`).
"""

import argparse
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from studylink import databases, landing, registers
from studylink.attack import contents, guessing, intruders
from studylink.attack.figures import Figures, ceiling, read_ceilings
from studylink.contract import PROJECT
from studylink.manifest import Manifest
from studylink.summary import aligned

SAMPLE = PROJECT / "extracts" / "sample"
AS_OF = datetime(2026, 6, 30, tzinfo=UTC)
HEADER = ("intruder", "tries", "for certain", "at most", "by guessing", "at most")
STUDY = "five_to_twelve"


def add_command(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register `studylink attack`."""
    parser = subparsers.add_parser("attack", help="what an intruder gets out of the last build")
    parser.add_argument(
        "--as-of",
        type=_moment,
        default=AS_OF,
        help=f"the moment that the build speaks for; if not given, {_written(AS_OF)}",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print how every intruder fares; 1 where one finds too many, or there is no such build."""
    target = Path(os.environ.get("DBT_TARGET_PATH") or "target")
    extracts = Path(os.environ.get("STUDY_EXTRACTS") or SAMPLE)
    try:
        figures = attacked(databases.data_folder(), target, extracts, arguments.as_of)
    except (FileNotFoundError, PermissionError, ValueError, landing.LandingError) as error:
        print(error)
        return 1
    print(aligned(HEADER, [_line(one) for one in figures]))
    beyond = [one.intruder for one in figures if not one.is_within_limits]
    if beyond:
        print(f"\nToo many are found by: {'; '.join(beyond)}")
    return int(bool(beyond))


def attacked(folder: Path, target: Path, extracts: Path, as_of: datetime) -> list[Figures]:
    """How every intruder fares in the build published in `folder`, which speaks for `as_of`.

    `target` is where dbt left its manifest, `extracts` what was landed. Raises `FileNotFoundError`
    where the manifest or a database is not there, `LandingError` where the extracts cannot be read,
    `ValueError` where the build speaks for another moment.
    """
    manifest = Manifest(target)
    with databases.connect(folder) as connection:
        ((built,),) = connection.execute(
            f"select as_of::timestamp from {manifest.named('published_build').relation}"
        ).fetchall()
        if built.replace(tzinfo=UTC) != as_of:
            raise ValueError(
                f"The last build speaks for another moment than {_written(as_of)}. Build with\n"
                f"    dbt build --vars '{{as_of: \"{_written(as_of)}\"}}'\n"
                "or give its moment as --as-of."
            )
        # staging is views of the landed files
        landing.create_views(connection, landing.read_landing(extracts))
        registers.create_tables(connection, folder)
        return list(_figures(connection, manifest, as_of))


def _figures(
    connection: duckdb.DuckDBPyConnection, manifest: Manifest, as_of: datetime
) -> Iterator[Figures]:
    ceilings = read_ceilings(connection)
    known = intruders.know(connection)
    tables = intruders.tables_of(manifest, STUDY)
    found = intruders.attack(connection, tables, known, as_of.year, intruders.INTRUDERS)
    families = intruders.families(connection)
    for intruder, fared in found.items():
        most = ceiling(ceilings, "research", families, intruder.name)
        yield intruders.figures(intruder, fared, most)
    for study, nodes in contents.studies(manifest).items():
        shown = contents.shown(connection, nodes)
        truth = contents.true_records(connection, known, study, shown)
        for questionnaire, of in contents.attack(shown, as_of.date(), truth).items():
            yield contents.figures(f"{study}.{questionnaire}", of, families < contents.MANY)
    guessed = guessing.attack(connection, manifest)
    tries = guessed["hashes_tried"]
    share = guessed["pseudonyms_guessed"] / max(tries, 1)
    yield Figures("somebody who hashes ids without the key", tries, share, 0.0, share, 0.0)


def _line(figures: Figures) -> tuple[str | int, ...]:
    shares = ("" if one is None else f"{one:.1%}" for one in figures[2:6])
    return (figures.intruder, figures.tries, *shares)


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _written(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
