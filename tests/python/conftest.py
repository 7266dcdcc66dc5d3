"""What several tests share: landings that are laid and built once a session."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from tests.python.lib import project
from tests.python.lib.cases import CASES
from tests.python.lib.project import ROOT
from tests.python.lib.worlds import at_noon, records_table, world_of_case, write_landing

DECIDED = ("linkage_decisions", "pseudonyms")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One file's tests build the sample first, and the others that read it come last.

    So no process waits for another that builds it, while there is something else to do.
    """
    files = [item.path for item in items if "built_sample" in getattr(item, "fixturenames", ())]
    items.sort(key=lambda item: item.path in files and item.path != files[0])


@pytest.fixture(scope="session")
def built_cases(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Where every worked case of an `as_of` is decided, and the records of its person are."""

    @cache
    def build(as_of: str) -> Path:
        folder = tmp_path_factory.mktemp("cases")
        cases = [case for case in CASES if case.as_of == as_of]
        records = {
            f"{case.study}__{records_table(case)}" for case in cases if case.usable is not None
        }
        write_landing([world_of_case(case) for case in cases], folder / "extracts")
        return project.built_as_far_as(
            folder / "extracts", folder / "data", at_noon(as_of), *DECIDED, *sorted(records)
        )

    return build


@pytest.fixture(scope="session")
def built_sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of one full build of the sample; the analyses are compiled beside it.

    Every process of a run shares it: the first to ask builds, and the others wait. It is only read.
    """
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    data, done = folder / "sample", folder / "sample is built"
    with (folder / "sample.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            build_sample(data)
            done.touch()
    return data


def build_sample(data: Path) -> None:
    """Compile the analyses, and build the sample with every test there is."""
    sample = ROOT / "extracts" / "sample", data, "2026-06-30T00:00:00Z"
    done = project.dbt("compile", *sample, "--select", "path:analyses")
    assert done.returncode == 0, done.stdout[-3000:]
    project.built_with_unit_tests(*sample)
