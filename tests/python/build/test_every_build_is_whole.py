"""Every build is whole: after any other build, while people read, and when one is killed.

Samples of all of this are in every run: in test_publishing.py, with builds of two families, and in
test_replacing_builds.py, without builds.
"""

from __future__ import annotations

import random
import re
import shutil
import signal
import time
from pathlib import Path

import pytest

from tests.python.lib import project, readers
from tests.python.lib.cases import AS_OF
from tests.python.lib.oracle import (
    RECORD_TABLES,
    Landing,
    Row,
    as_date,
    as_instant,
    table_of,
)
from tests.python.lib.place import Place
from tests.python.lib.random_worlds import INSTANTS, draw_worlds
from tests.python.lib.worlds import FIVE, SEND, World, landing_of, write

pytestmark = pytest.mark.long

# --------------------------------------------------------------------------------------------------
# Days, each built on top of the last
# --------------------------------------------------------------------------------------------------

SEEDS = (1, 2, 3)
WORLDS = 40
CAME_ON = (
    "answered_at",
    "received_at",
    "decided_at",
    "shared_at",
    "interviewed_on",
    "completed_on",
)
"""The columns that give the day on which a row is landed; what has none is there from the first."""


def landed_by(whole: Landing, as_of: str, gone: set[str]) -> Landing:
    """What is landed of it at a moment, when the rows of those who are gone have been purged."""
    landing = {
        path: [
            row
            for row in rows
            if not came_after(row, as_of)
            and not gone.intersection(row.get(name) for name in ("participant_id", "about"))
        ]
        for path, rows in whole.items()
    }
    for row in landing["governance/deliveries"]:
        if is_after(row["identifiers_deleted_at"], as_of):
            row["identifiers_deleted_at"] = None
    to_come = {row["delivery_id"] for row in whole["governance/deliveries"]} - {
        row["delivery_id"] for row in landing["governance/deliveries"]
    }
    for path in landing:
        if table_of(path) in RECORD_TABLES:
            landing[path] = [row for row in landing[path] if row["delivery_id"] not in to_come]
    return landing


def came_after(row: Row, as_of: str) -> bool:
    return any(is_after(row.get(column), as_of) for column in CAME_ON)


def is_after(value: str | None, as_of: str) -> bool:
    """Whether a day or instant that can be read is after another."""
    if not value:
        return False
    if moment := as_instant(value):
        return moment > as_instant(as_of)
    day = as_date(value)
    return day is not None and day > as_instant(as_of).date()


def worlds_of(seed: int) -> list[World]:
    """Some of the families that are drawn for the rules, and of each somebody who leaves."""
    draw = random.Random(seed)
    worlds = draw.sample(draw_worlds(150), WORLDS)
    for world in worlds:
        for study in (FIVE, SEND):
            if people := world.rows.get(f"surveys/{study}/participants"):
                about = draw.choice(people)["participant_id"]
                world.add_request(
                    study,
                    request_id="leaving",
                    made_by=about,
                    about=about,
                    scope=draw.choice(["person", "family"]),
                    domain="all",
                    request_type=draw.choice(["erase", "delete_linked", "object"]),
                    received_at=draw.choice(INSTANTS),
                )
    return worlds


@pytest.mark.parametrize("seed", SEEDS)
def test_days_built_on_top_of_each_other_equal_builds_from_nothing_and_keep_nobody_who_left(
    seed: int, tmp_path: Path
) -> None:
    draw = random.Random(seed)
    whole = landing_of(worlds_of(seed))
    extracts, data = tmp_path / "extracts", tmp_path / "data"
    days = [INSTANTS[1], draw.choice(INSTANTS[2:-2]), AS_OF]
    known: set[str] = set()
    gone: set[str] = set()
    for number, as_of in enumerate(days):
        # what was landed of those who left is purged a day later, as to_purge asks
        landing = landed_by(landed_copy(whole), as_of, gone)
        shutil.rmtree(extracts, ignore_errors=True)
        write(landing, extracts)
        project.built(extracts, data, as_of)
        # an id may be somebody else's in the other study, who stays
        today = names_of(data)
        gone, known = gone | (known - today), known | today
        assert still_there(data, gone) == []
        if number:
            from_nothing = project.built(extracts, tmp_path / f"nothing {number}", as_of)
            assert differing(data, from_nothing) == []
            shutil.rmtree(from_nothing)
    assert gone


def names_of(data: Path) -> set[str]:
    """The ids and pseudonyms of everybody whom a build knows and has not erased."""
    people = project.vault_rows(
        data, "select participant_id, research_id from vault.main.pseudonyms"
    )
    return {name for one in people for name in one}


def landed_copy(landing: Landing) -> Landing:
    return {path: [dict(row) for row in rows] for path, rows in landing.items()}


def still_there(data: Path, gone: set[str]) -> list[str]:
    """Where anything stands that was only of people who left, in files or in rows."""
    names = re.compile(
        b"|".join(rb"\b%s\b" % re.escape(name.encode()) for name in sorted(gone))
        or rb"nobody has left"
    )
    found = project.everything_in(data)
    return [where for where, content in found.items() if names.search(content)]


def differing(one: Path, other: Path) -> list[tuple[str, str, str]]:
    """The tables whose rows differ between two builds."""
    rows, others = project.all_rows(one), project.all_rows(other)
    assert rows.keys() == others.keys()
    return [table for table in rows if rows[table] != others[table]]


# --------------------------------------------------------------------------------------------------
# Killed, and read meanwhile
# --------------------------------------------------------------------------------------------------

KILLS = 20
READERS = 8
SECONDS = 120


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A place in which tomorrow's landing has been built, and then today's."""
    place = Place(tmp_path_factory.mktemp("whole"))
    place.seen = {way: {} for way in readers.WAYS}
    for is_tomorrow in (True, False):
        place.land(is_tomorrow)
        started = time.monotonic()
        done = place.build()
        assert done.returncode == 0, done.stdout[-6000:]
        place.seconds = time.monotonic() - started
        for way in readers.WAYS:
            place.seen[way][is_tomorrow] = readers.seen(place.data, way)
    for way in readers.WAYS:
        assert len(set(place.seen[way].values())) == 2
    return place


def test_killed_at_random_moments_it_leaves_one_build_and_the_next_run_completes(
    place: Place,
) -> None:
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    draw = random.Random(seed)
    seen = place.seen["all three"]
    is_published = False
    for number in range(KILLS):
        is_tomorrow = not is_published
        place.land(is_tomorrow)
        moment = draw.uniform(0, place.seconds)
        with project.start(
            "build", place.extracts, place.data, AS_OF, *project.WITHOUT_UNIT_TESTS, root=place.copy
        ) as build:
            time.sleep(moment)
            build.kill()
        assert build.returncode in (0, -signal.SIGKILL), (seed, number)
        found = readers.seen(place.data, "all three")
        assert found in (seen[is_published], seen[is_tomorrow]), (seed, number, moment)
        is_published = found == seen[True]
        if number % 5 == 4:
            place.land(is_tomorrow)
            done = place.build()
            assert done.returncode == 0, (seed, number, done.stdout[-6000:])
            assert readers.seen(place.data, "all three") == seen[is_tomorrow], (seed, number)
            is_published = is_tomorrow


def test_readers_see_one_build_or_the_other_while_builds_run(place: Place) -> None:
    until = time.monotonic() + SECONDS
    builds = 0
    # builds need a processor too
    with readers.reading(place.data, *(readers.WAYS * (READERS // 2)), pause=0.5) as found:
        while time.monotonic() < until:
            place.land(is_tomorrow=builds % 2 == 0)
            done = place.build()
            assert done.returncode == 0, done.stdout[-6000:]
            builds += 1
    assert builds
    for way, times, all_seen in found:
        assert times > builds
        assert all_seen <= set(place.seen[way].values()), way
        assert builds < 2 or len(all_seen) == 2, way
