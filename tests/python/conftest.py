"""What several tests share: landings that are laid and built once a session."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path

import project
import pytest
from cases import CASES
from project import ROOT
from worlds import at_noon, world_of_case, write_landing


@pytest.fixture(scope="session")
def built_cases(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The data folder of one build that holds every worked case of an `as_of`."""

    @cache
    def build(as_of: str) -> Path:
        folder = tmp_path_factory.mktemp("cases")
        worlds = [world_of_case(case) for case in CASES if case.as_of == as_of]
        write_landing(worlds, folder / "extracts")
        return project.built(folder / "extracts", folder / "data", at_noon(as_of))

    return build


@pytest.fixture(scope="session")
def built_sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of one full build of the sample; the analyses are compiled beside it."""
    extracts, as_of = ROOT / "extracts" / "sample", "2026-06-30T00:00:00Z"
    data = project.built(extracts, tmp_path_factory.mktemp("sample") / "data", as_of)
    # what the build itself says of its tests, before another command writes its own
    shutil.copy(data / "target" / "run_results.json", data / "run_results.json")
    done = project.dbt("compile", extracts, data, as_of)
    assert done.returncode == 0, done.stdout[-3000:]
    return data
