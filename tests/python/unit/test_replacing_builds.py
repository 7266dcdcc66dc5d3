"""A build replaces another in all three databases at once: for readers, and wherever it is killed.

Nothing is built here: three small files stand for a build.
"""

from __future__ import annotations

import errno
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import cache
from itertools import count
from pathlib import Path

import duckdb
import pytest

from studylink import databases
from tests.python.lib import project, readers

CHANGING = ("fsync", "link", "mkdir", "replace", "rmdir", "symlink", "unlink")
"""What of `os` changes a folder, or has the change on disk."""


@cache
def made(number: int) -> Path:
    """Three small databases, which hold the number of their build."""
    folder = Path(tempfile.mkdtemp(dir=project.PLACES))
    with duckdb.connect() as connection:
        for name in databases.NAMES:
            databases.attach(connection, folder, name)
            connection.execute(f"create schema {name}.about")
            connection.execute(f"create table {name}.about.build as select {number} as build")
            connection.execute(f"create table {name}.about.other as from range({number})")
    return folder


def built(folder: Path, number: int) -> Path:
    """Build that number, in a folder."""
    return Path(shutil.copytree(made(number), folder, dirs_exist_ok=True))


def publish(data: Path, number: int) -> None:
    """What a full build does with the data folder."""
    bench = databases.Workbench(data)
    bench.open(fresh=True)
    built(bench.folder, number)
    databases.replace_build(data, bench.folder)
    os.close(bench._lock)


def numbers(connection: duckdb.DuckDBPyConnection) -> set[int]:
    """The build of each of the three databases of a connection."""
    return {
        connection.execute(f"from {name}.about.build").fetchall()[0][0] for name in databases.NAMES
    }


def builds(data: Path) -> set[int | None]:
    """The build that each name leads to, for anybody who opens it by itself."""
    return {number_of(databases.path(data, name)) for name in databases.NAMES}


def number_of(file: Path) -> int | None:
    """Which build a file is of."""
    if not file.exists():
        return None
    content = file.read_bytes()
    return next(n for n in (1, 2, 3) if (made(n) / file.name).read_bytes() == content)


@pytest.fixture(params=["nothing", "plain files", "links", "a broken file among plain ones"])
def data(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A data folder before a build: with nothing in it, or with build 1 in either form."""
    data = tmp_path / "data"
    data.mkdir()
    if request.param == "links":
        publish(data, 1)
    elif request.param != "nothing":
        built(data, 1)
    if request.param.startswith("a broken"):
        # as a build that was killed in the middle of going over would have left it
        databases.replace_build(data, built(tmp_path / "ready", 1))
        file = databases.path(data, "vault")
        content = file.read_bytes()
        file.unlink()
        file.write_bytes(content)
    return data


def test_the_names_are_links_to_one_build_and_nothing_of_an_earlier_one_stays(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(data, 2)
    publish(data, 3)
    assert builds(data) == {3}
    assert {path.name for path in data.iterdir()} == {
        *(f"{name}.duckdb" for name in databases.NAMES),
        *("builds", "building", "current", databases.LOCK),
    }
    files = [path for path in data.rglob("*") if path.is_file() and not path.is_symlink()]
    assert {file.parent for file in files if file.name != databases.LOCK} == {
        (data / "current").resolve()
    }
    # what is left of the others is links, and they too go in a while
    assert len(list((data / "builds").iterdir())) > 1
    monkeypatch.setattr(databases, "SECONDS_LOOKED_UP", 0)
    databases.remove_old_builds(data)
    assert list((data / "builds").iterdir()) == [(data / "current").resolve()]


def test_what_is_no_build_is_left_where_it_is(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(data, 2)
    stray, link = data / "builds" / ".DS_Store", data / "builds" / "elsewhere"
    stray.touch()
    link.symlink_to(tmp_path)
    monkeypatch.setattr(databases, "SECONDS_LOOKED_UP", -1)
    publish(data, 3)
    assert builds(data) == {3}
    left = {stray, link, (data / "current").resolve()}
    assert set((data / "builds").iterdir()) == left and tmp_path.exists()


def test_who_has_the_old_build_open_keeps_it_and_who_only_looked_it_up_finds_the_new(
    data: Path,
) -> None:
    publish(data, 2)
    looked_up = databases.folder_of_build(data)
    with databases.connect(data) as connection:
        publish(data, 3)
        assert numbers(connection) == {2}
    assert builds(looked_up) == {3}


def test_opening_all_three_begins_again_where_another_build_is_published_meanwhile(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(data, 2)
    attach, attached = databases.attach, []

    def attach_slowly(connection: duckdb.DuckDBPyConnection, *place: object, **how: object) -> None:
        attach(connection, *place, **how)
        attached.append(place)
        if len(attached) == 1:
            publish(data, 3)

    made(3)
    monkeypatch.setattr(databases, "attach", attach_slowly)
    with databases.connect(data) as connection:
        assert numbers(connection) == {3}


def test_other_commands_begin_with_a_copy_of_one_build(data: Path) -> None:
    publish(data, 2)
    bench = databases.Workbench(data)
    bench.open(fresh=False)
    assert builds(bench.folder) == {2}
    os.close(bench._lock)
    # left by a build that was killed while its files went over
    databases.path(bench.folder, "vault").unlink()
    publish_of_others = built(data.parent / "others", 3)
    databases.replace_build(data, publish_of_others)
    bench.open(fresh=False)
    assert builds(bench.folder) == {3}
    os.close(bench._lock)


def stopped_at(number: int, how: str, work: Callable[[], None]) -> bool:
    """Whether a process that does the work is stopped at the change of that number.

    It is killed there, or nothing can be written from there on.
    """
    if process := os.fork():
        _, status = os.waitpid(process, 0)
        code = os.waitstatus_to_exitcode(status)
        assert code in (0, STOPPED[how])
        return code != 0
    changes = count()
    try:
        for name in CHANGING:
            setattr(os, name, stopping(getattr(os, name), how, changes, number))
        work()
        os._exit(0)
    except OSError as error:
        os._exit(error.errno)
    except BaseException:
        os._exit(1)


STOPPED = {"killed": -signal.SIGKILL, "disk full": errno.ENOSPC}


def stopping(change: Callable, how: str, changes: Iterator[int], number: int) -> Callable:
    def done(*arguments: object, **named: object) -> object:
        if next(changes) >= number:
            if how == "killed":
                os.kill(os.getpid(), signal.SIGKILL)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return change(*arguments, **named)

    return done


@pytest.mark.parametrize("how", STOPPED)
def test_stopped_at_any_change_it_leaves_all_three_of_one_build_and_the_next_completes(
    data: Path, tmp_path: Path, how: str
) -> None:
    before = builds(data)
    assert len(before) == 1
    for number in count():
        ready = built(tmp_path / f"ready {number}", 2)
        if not stopped_at(number, how, lambda ready=ready: databases.replace_build(data, ready)):
            break
        found = builds(data)
        assert found in (before, {2}), number
        if found == {2}:
            # what is left is to clear away the old build
            before = {2}
        assert builds(databases.folder_of_build(data)) == found
    assert number > 10
    publish(data, 3)
    assert builds(data) == {3}


def test_readers_see_the_old_build_or_the_new_one_and_never_an_error(tmp_path: Path) -> None:
    data = tmp_path / "data"
    expected = {way: set() for way in readers.WAYS}
    for number in (1, 2):
        publish(data, number)
        for way in readers.WAYS:
            expected[way].add(readers.seen(data, way))
    with readers.reading(data, *readers.WAYS) as found:
        for number in range(15):
            publish(data, number % 2 + 1)
            time.sleep(0.1)
    for way, _, all_seen in found:
        # build 2 at the beginning, build 1 at the end, and both by turns between
        assert all_seen == expected[way], way
