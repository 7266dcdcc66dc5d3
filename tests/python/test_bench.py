"""The benchmark compares like with like, or says that it does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from studylink import bench, synth


@pytest.mark.long
def test_the_script_by_hand_publishes_the_rows_that_dbt_publishes(tmp_path: Path) -> None:
    synth.write_extracts(200, 7, tmp_path / "extracts")
    bench.measure(tmp_path / "extracts", tmp_path)
    counts = bench.published(tmp_path / "dbt", tmp_path / "hand")
    assert len(counts) == 27
    assert {table: rows for table, rows in counts.items() if len(set(rows)) > 1} == {}
    assert sum(rows[0] for rows in counts.values()) > 1000
