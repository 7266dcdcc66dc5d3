"""Twenty-one leaks, each planted into a copy of the project: some proof sees every one of them.

Two worlds and the attack report are not asked here; they are slower, and not needed.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from studylink import synth
from studylink.lineage import Lineage
from studylink.lineage.gates import ungated
from studylink.manifest import Manifest
from tests.python.lib import project
from tests.python.privacy import canaries
from tests.python.privacy.boundary import (
    PSEUDONYMS,
    gates,
    hooks,
    not_of_published_types,
    pseudonyms_declared,
)
from tests.python.privacy.canaries import Canaries
from tests.python.privacy.leaks import LEAKS, Leak

AS_OF = "2026-06-30T00:00:00Z"
SEEN_BY = {
    "a renamed column": "canaries, data tests, plan taint",
    "an initial": "plan taint",
    "rank by NHS number": "boundary, data tests, plan taint",
    "age in days": "plan taint",
    "a postcode sector": "canaries, data tests, plan taint",
    "a hash without a key": "canaries, data tests, plan taint",
    "a name in free text": "boundary, canaries, data tests, plan taint",
    "a value through a join key": "data tests, plan taint",
    "an aggregate of one": "canaries, data tests, plan taint",
    "a log line": "boundary, canaries",
    "a test's error text": "canaries",
    "a Parquet footer": "boundary, canaries",
    "an unfiltered union arm": "boundary, canaries, data tests",
    "a school attribute unique to one school": "data tests",
    "a name in a map": "boundary, canaries, data tests, plan taint",
    "a view over the vault": "boundary, publishing",
    "a table of pseudonyms and months of birth": "boundary, publishing",
    "a column's comment": "boundary, canaries, publishing",
    "the id of records among answers": "boundary, data tests",
    "a household's number in answers and records": "data tests",
    "one pseudonym of a pupil in both studies": "boundary, data tests",
}
"""Which proofs see each leak, and which it goes by."""


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Canaries]:
    """A small landing in which everything that identifies is a canary."""
    folder = tmp_path_factory.mktemp("landing")
    synth.write_extracts(synth.FEWEST, 7, folder / "extracts")
    return folder / "planted", canaries.plant(folder / "extracts", folder / "planted")


def seen_by(root: Path, data: Path, extracts: Path, found: Canaries) -> set[str]:
    """Which proofs see a leak in the project at `root`, built from landed canaries."""
    compiled = project.dbt("compile", extracts, data, AS_OF, root=root)
    assert compiled.returncode == 0, "the leak is not even SQL"
    lineage = Lineage(Manifest(data / "target"), root / "studylink/lineage/implicit_flows.yml")
    seen = set()
    if lineage.violations():
        seen.add("plan taint")
    manifest = lineage.manifest
    if (
        any(list(ungated(lineage, *gate)) for gate in gates(manifest))
        or hooks(data)
        or not_of_published_types(manifest)
        or pseudonyms_declared(manifest) != PSEUDONYMS
    ):
        seen.add("boundary")
    done = project.build(extracts, data, AS_OF, root=root)
    (data / "build.out").write_text(done.stdout + done.stderr, encoding="utf-8")
    results = json.loads((data / "target" / "run_results.json").read_text(encoding="utf-8"))
    if any(
        one["status"] == "fail" and one["unique_id"].startswith("test.")
        for one in results["results"]
    ):
        seen.add("data tests")
    if "differ from the contracts" in done.stdout and not (data / "research.duckdb").exists():
        seen.add("publishing")
    if found.found_in(data):
        seen.add("canaries")
    return seen


@pytest.mark.long
@pytest.mark.parametrize("leak", LEAKS, ids=lambda leak: leak.name)
def test_a_planted_leak_is_seen(leak: Leak, planted: tuple[Path, Canaries], tmp_path: Path) -> None:
    root = project.copied(tmp_path / "project")
    leak.plant(root)
    seen = seen_by(root, tmp_path / "data", *planted)
    assert seen, "nothing saw it"
    assert ", ".join(sorted(seen)) == SEEN_BY[leak.name]


@pytest.mark.long
def test_where_nothing_is_planted_nothing_is_seen(
    planted: tuple[Path, Canaries], tmp_path: Path
) -> None:
    root = project.copied(tmp_path / "project")
    assert seen_by(root, tmp_path / "data", *planted) == set()


def test_the_documentation_says_what_sees_each_leak() -> None:
    assert {leak.name for leak in LEAKS} == SEEN_BY.keys()
    assert len(LEAKS) == len(SEEN_BY) == 21
    page = (project.ROOT / "docs" / "privacy.md").read_text(encoding="utf-8")
    assert [leak for leak, seen in SEEN_BY.items() if f"| {leak} | {seen} |" not in page] == []
