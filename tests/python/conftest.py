"""What several tests share: landings that are laid and built once a session."""

from __future__ import annotations

import fcntl
import gc
import os
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from studylink.pages import figures
from tests.python.lib import project
from tests.python.lib import rules_world as world_of_rules
from tests.python.lib.project import ROOT

SHARED = ("rules_world", "built_sample")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One file makes each build that is shared first, and the others that read it come last.

    So no process waits for another that builds it, while there is something else to do. A file that
    reads two of them makes neither. Otherwise files of many tests come before those of few, so that
    no process ends long before the others. Last of all hooks: tests left out make nothing.
    """
    readers = {
        name: [item.path for item in items if name in getattr(item, "fixturenames", ())]
        for name in SHARED
    }
    waiting = {path for paths in readers.values() for path in paths}
    of_one = {path for path in waiting if sum(path in paths for paths in readers.values()) == 1}
    first = {
        next(path for path in paths if path in of_one or not of_one.intersection(paths))
        for paths in readers.values()
        if paths
    }
    tests = Counter(item.path for item in items)
    items.sort(
        key=lambda item: (
            0 if item.path in first else 2 if item.path in waiting else 1,
            -tests[item.path],
            item.path,
        )
    )


def pytest_collection_finish() -> None:
    """What was collected stays to the end: it need not be looked through for what may go."""
    gc.freeze()


@pytest.fixture
def counts_by_four(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Another policy: public counts are rounded to four, and withheld under it."""
    seed = figures.seed

    def changed(name: str) -> list[dict[str, str]]:
        if name != "disclosure_control":
            return seed(name)
        return [row | {"round_counts_to": "4"} for row in seed(name)]

    with monkeypatch.context() as patch:
        patch.setattr(figures, "seed", changed)
        figures.base.cache_clear()
        yield
    figures.base.cache_clear()


@pytest.fixture(scope="session")
def built_once(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, Callable], Path]:
    """A folder that is filled once, whichever process of a run asks first; the others wait."""

    def built(name: str, fill: Callable[[Path], None]) -> Path:
        shared = tmp_path_factory.getbasetemp()
        if "PYTEST_XDIST_WORKER" in os.environ:
            shared = shared.parent
        folder, done = shared / name, shared / f"{name} is built"
        with (shared / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not done.exists():
                fill(folder)
                done.touch()
        return folder

    return built


@pytest.fixture(scope="session")
def rules_world(built_once: Callable[[str, Callable], Path]) -> Path:
    """Where the world of all rules is landed, in `extracts`, and built, in `data`. Only read it."""
    return built_once("rules", world_of_rules.build_world)


@pytest.fixture(scope="session")
def built_sample(built_once: Callable[[str, Callable], Path]) -> Path:
    """The data folder of one full build of the sample, with the analyses compiled. Only read it."""
    return built_once("sample", build_sample)


def build_sample(data: Path) -> None:
    """Compile the analyses, and build the sample with every data test, two nodes at once."""
    sample = ROOT / "extracts" / "sample", data, "2026-06-30T00:00:00Z"
    done = project.dbt("compile", *sample, "--select", "path:analyses")
    assert done.returncode == 0, done.stdout[-3000:]
    project.built(*sample, "--threads", "2")
