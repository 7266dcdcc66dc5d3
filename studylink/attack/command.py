"""`studylink attack`: what an intruder gets out of the published tables, beside what they may.

Intruders who know something of somebody (`intruders.py`), one who looks for the records of answers
that may not be linked, by what they say (`contents.py`), and one who hashes ids (`guessing.py`).
"""

import argparse
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import duckdb

from studylink import databases, landing
from studylink.attack import contents, guessing, intruders
from studylink.contract import PROJECT
from studylink.manifest import Manifest
from studylink.release import shared
from studylink.requests import request_log
from studylink.summary import aligned

SAMPLE = PROJECT / "extracts" / "sample"
AS_OF = datetime(2026, 6, 30, tzinfo=UTC)
HEADER = ("intruder", "tries", "for certain", "at most", "by guessing", "at most")


class Figures(NamedTuple):
    """How an intruder fared, in shares of their tries, and the most that they may; None: no limit.

    `by_guessing` is an expectation: guesses that are equally good share.
    """

    intruder: str
    tries: int
    for_certain: float
    for_certain_at_most: float | None
    by_guessing: float
    by_guessing_at_most: float | None = None

    @property
    def is_within_limits(self) -> bool:
        """Whether no more are found than may be."""
        return all(
            most is None or share <= most
            for share, most in (
                (self.for_certain, self.for_certain_at_most),
                (self.by_guessing, self.by_guessing_at_most),
            )
        )


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
        request_log.create_tables(connection, request_log.read(folder))
        shared.create_tables(connection, folder)
        return list(_figures(connection, manifest, as_of))


def _figures(
    connection: duckdb.DuckDBPyConnection, manifest: Manifest, as_of: datetime
) -> Iterator[Figures]:
    found = intruders.attack(connection, manifest, as_of.year)
    is_small = intruders.is_small(connection)
    for intruder, (tries, for_certain, by_guessing) in found.items():
        yield Figures(
            intruder.name,
            tries,
            for_certain / max(tries, 1),
            intruder.limit_if_few if is_small else intruder.limit,
            by_guessing / max(tries, 1),
        )
    for questionnaire, of in contents.attack(connection, manifest, as_of.date()).items():
        tries = max(of["families_tried"], 1)
        yield Figures(
            f"{questionnaire}, by what unlinked answers say{', waves aside' if is_small else ''}",
            of["families_tried"],
            of["unique_best_guesses_right"] / tries,
            contents.PRECISION * of["unique_best_guesses"] / tries,
            of["right_without_waves" if is_small else "expected_right_guesses"] / tries,
            contents.most_right(of) / tries,
        )
    guessed = guessing.attack(connection, manifest)
    tries = guessed["hashes_tried"]
    share = guessed["pseudonyms_guessed"] / max(tries, 1)
    yield Figures("somebody who hashes ids without the key", tries, share, 0.0, share, 0.0)


def _line(figures: Figures) -> tuple[str | int, ...]:
    shares = ("" if one is None else f"{one:.1%}" for one in figures[2:])
    return (figures.intruder, figures.tries, *shares)


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _written(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
