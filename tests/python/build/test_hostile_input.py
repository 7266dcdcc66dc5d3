"""Hostile and broken input at scale: a message, a red end, and yesterday's databases as they were.

Samples of all of this are in every run: damaged files in test_file_faults.py, folders and disks
that cannot be written to in test_data_folder.py and test_replacing_builds.py, two builds at once
and values of 5 MB in test_publishing.py.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from studylink import databases
from tests.python.lib import project, readers
from tests.python.lib.cases import AS_OF
from tests.python.lib.oracle import COLUMNS
from tests.python.lib.place import Place, family
from tests.python.lib.worlds import FIVE, SEND, write_landing

pytestmark = pytest.mark.long

ROWS, BAD_ROW = 10_000_000, 9_999_999
GP_EVENTS = "nhs_england/gp_events.csv"
ROW = b"D1,mother,2024-01-02,22298006,P81001\n"
LONG = "Zzyzxovic " * 5_000_000
"""A value of 50 MB."""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A place whose data folder is a disk of its own, on which today's landing has been built."""
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "data").mkdir()
    if not mounted(folder / "data", "size=2g"):
        pytest.skip("a disk of its own, to fill or to close, takes root's right to mount one")
    try:
        place = Place(folder)
        done = place.build()
        assert done.returncode == 0, done.stdout[-6000:]
        yield place
    finally:
        subprocess.run(["umount", "--lazy", folder / "data"], check=False)


def mounted(folder: Path, options: str) -> bool:
    """Mount a disk in memory, or change the one that is there."""
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder], capture_output=True, check=False
    )
    return done.returncode == 0


def refused(place: Place, build: Callable[[], subprocess.CompletedProcess[str]]) -> str:
    """What a build says that fails; everything that is published is as it was."""
    published, seen = place.published(), readers.seen(place.data, "all three")
    builds = list((place.data / databases.BUILDS).iterdir())
    done = build()
    assert done.returncode in (1, 2)
    assert place.published() == published
    assert readers.seen(place.data, "all three") == seen
    assert list((place.data / databases.BUILDS).iterdir()) == builds
    return " ".join(line.partition("  ")[2].strip() for line in done.stdout.splitlines())


def test_a_bad_byte_in_the_last_row_but_one_of_ten_million_is_named_by_its_line(
    place: Place,
) -> None:
    whole = (place.extracts / GP_EVENTS).read_bytes()
    before = BAD_ROW - 1
    with (place.extracts / GP_EVENTS).open("wb") as file:
        file.write(",".join(COLUMNS["gp_events"]).encode() + b"\n")
        for _ in range(before // 1000):
            file.write(ROW * 1000)
        file.write(ROW * (before % 1000))
        file.write(ROW.replace(b"mother", b"m\xffther"))
        file.write(ROW * (ROWS - BAD_ROW))
    said = refused(place, place.build)
    (place.extracts / GP_EVENTS).write_bytes(whole)
    assert f"{GP_EVENTS}, line {BAD_ROW + 1}: not UTF-8" in said
    assert "Ask the supplier to land these files again, then build again." in said
    assert not any((place.data / "building").iterdir())


def test_a_full_disk_is_named_and_the_next_build_with_room_completes(place: Place) -> None:
    used = sum(file.stat().st_blocks * 512 for file in place.data.rglob("*") if file.is_file())
    assert mounted(place.data, f"remount,size={used + 2**21}")
    said = refused(place, place.build)
    assert mounted(place.data, "remount,size=2g")
    assert "No space left on device" in said
    done = place.build()
    assert done.returncode == 0, done.stdout[-6000:]


def test_a_read_only_disk_is_named(place: Place) -> None:
    assert mounted(place.data, "remount,ro")
    try:
        elsewhere = ("--target-path", str(place.folder), "--log-path", str(place.folder))
        said = refused(place, lambda: place.dbt("build", *elsewhere))
    finally:
        mounted(place.data, "remount,rw")
    assert (
        "built cannot be written to (Read-only file system): have that put right, "
        "or set STUDY_DATA to another folder"
    ) in said


def test_of_two_builds_at_once_the_second_is_refused_and_the_first_completes(place: Place) -> None:
    with project.start(
        "build", place.extracts, place.data, AS_OF, *project.WITHOUT_UNIT_TESTS, root=place.copy
    ) as first:
        next(line for line in first.stdout if "OK created" in line)
        said = refused(place, place.build)
        assert first.poll() is None
        assert "another build or request is at work in built: wait for it" in said
        first.communicate()
    assert first.returncode == 0


def test_values_of_fifty_megabytes_are_built_as_any_other(place: Place) -> None:
    before = research(place)
    five, send = family(FIVE), family(SEND)
    five.rows[f"surveys/{FIVE}/parent_interviews"][0]["other_comments"] = LONG
    five.rows[f"surveys/{FIVE}/participants"][0]["address_line_1"] = LONG
    five.rows["dfe/pupil_census"][0]["primary_sen_type"] = LONG
    send.rows[f"surveys/{SEND}/participants"][0]["last_name"] = LONG
    write_landing([five, send], place.extracts)
    done = place.build()
    place.land()
    assert done.returncode == 0, done.stdout[-6000:]
    ((length,),) = project.vault_rows(
        place.data, "select max(length(address_line_1)) from vault.main.identities"
    )
    assert length == 50_000_000
    # none of them is in a table for researchers
    assert research(place) == before


def research(place: Place) -> dict[tuple[str, str, str], list[str]]:
    """The rows of every table for researchers, but what they were made from."""
    return {
        table: rows
        for table, rows in project.all_rows(place.data).items()
        if table[0] == "research" and table[1] != "about"
    }
