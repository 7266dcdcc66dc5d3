"""`studylink attack`: what an intruder gets out of the published tables, beside what they may.

Intruders who know something of somebody (`intruders.py`), one who looks for the records of answers
that may not be linked, by what they say (`contents.py`), and one who hashes ids (`guessing.py`).
"""

import argparse
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import duckdb

from studylink import databases, landing, published, registers
from studylink.attack import contents, guessing, intruders
from studylink.attack.figures import Figures, ceiling, read_ceilings
from studylink.contract import PROJECT
from studylink.manifest import Manifest, target_folder
from studylink.people import opening
from studylink.summary import aligned

SAMPLE = PROJECT / "extracts" / "sample"
AS_OF = datetime(2026, 6, 30)
HEADER = ("intruder", "tries", "for certain", "at most", "by guessing", "at most")
STUDY = "five_to_twelve"


def add_command(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register `studylink attack`."""
    parser = subparsers.add_parser("attack", help="what an intruder gets out of the last build")
    parser.add_argument(
        "--as-of",
        default=published.written(AS_OF),
        help="the moment that the build speaks for; if not given, %(default)s",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print how every intruder fares; 1 where one finds too many, or there is no such build."""
    return opening.answered(lambda: attack(arguments.as_of))


def attack(as_of: str) -> int:
    """Print how every intruder fares in the build under `STUDY_DATA`; 1 where one finds too many.

    Raises what `attacked` does, and `NotCurrent` where `as_of` is no moment.
    """
    extracts = Path(os.environ.get("STUDY_EXTRACTS") or SAMPLE)
    moment = published.instant(as_of)
    figures = attacked(databases.data_folder(), target_folder(), extracts, moment)
    print(aligned(HEADER, [_line(one) for one in figures]))
    beyond = [one.intruder for one in figures if not one.is_within_limits]
    if beyond:
        print(f"\nToo many are found by: {'; '.join(beyond)}")
    return int(bool(beyond))


def attacked(folder: Path, target: Path, extracts: Path, as_of: datetime) -> list[Figures]:
    """How every intruder fares in the build published in `folder`, which speaks for `as_of`, UTC.

    `target` is where dbt left its manifest, `extracts` what was landed. Raises `FileNotFoundError`
    where the manifest or a database is not there, `LandingError`, `RegisterError` or
    `RequestLogError` where what a build reads cannot be read, `NotCurrent` where the build speaks
    for another moment.
    """
    manifest = Manifest(target)
    with databases.connect(folder) as connection:
        ((built,),) = connection.execute(
            f"select as_of::timestamp from {manifest.named('published_build').relation}"
        ).fetchall()
        if built != as_of:
            raise published.NotCurrent(
                f"the published build is of {published.written(built)}: give that as --as-of, or "
                f"run `dbt build --vars '{{as_of: \"{published.written(as_of)}\"}}'` first"
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
