"""The benchmark compares like with like, or says that it does not."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest

from studylink import bench, synth


@pytest.mark.long
def test_the_script_by_hand_publishes_what_dbt_publishes(tmp_path: Path) -> None:
    synth.write_extracts(synth.FEWEST, 7, tmp_path / "extracts")
    bench.run_by_hand(tmp_path / "extracts", tmp_path)
    bench.build(tmp_path / "extracts", tmp_path, *bench.UNTESTED)
    by_hand, by_dbt = bench.row_counts(tmp_path / "hand"), bench.row_counts(tmp_path / "dbt")
    assert by_hand == by_dbt
    assert len([table for table in by_dbt if table.startswith("research.")]) == 29
    assert sum(by_dbt.values()) > 1000
    assert bench.landed_rows(tmp_path / "hand") == bench.landed_rows(tmp_path / "dbt")
    # rows may be as many and yet others
    assert bench.tables_apart(tmp_path / "hand", tmp_path / "dbt") == []


def laid(folder: Path, *rows: int) -> Path:
    folder.mkdir()
    for name, schema in (("study", "governance"), ("research", "five_to_twelve")):
        with duckdb.connect(folder / f"{name}.duckdb") as connection:
            connection.execute(f"create schema {schema}")
            connection.execute(
                f"create table {schema}.numbers as select unnest(?) as number", [rows]
            )
    return folder


def test_tables_are_told_apart_by_rows_in_any_order(tmp_path: Path) -> None:
    first, reordered = laid(tmp_path / "1", 1, 2, 2), laid(tmp_path / "2", 2, 1, 2)
    other, fewer = laid(tmp_path / "3", 1, 1, 2), laid(tmp_path / "4", 1, 2)
    both = ["research.five_to_twelve.numbers", "study.governance.numbers"]
    assert bench.tables_apart(first, reordered) == []
    assert bench.tables_apart(first, other) == both
    assert bench.row_counts(first) == bench.row_counts(other) == dict.fromkeys(both, 3)
    assert bench.row_counts(fewer) == dict.fromkeys(both, 2)


def test_the_share_of_a_test_is_that_of_its_seconds(tmp_path: Path) -> None:
    ran = {"model.studylink.one": 6.0, "test.studylink.two": 3.0, "test.studylink.three": 1.0}
    results = tmp_path / "run_results.json"
    results.write_text(
        json.dumps({"results": [{"unique_id": i, "execution_time": s} for i, s in ran.items()]})
    )
    assert bench.share_of_tests(results, ("two", "three")) == pytest.approx(0.4)
    with pytest.raises(KeyError):
        bench.share_of_tests(results, ("four",))


def test_other_numbers_of_rows_are_told_and_fail(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    laid(tmp_path / "dbt", 1, 2)
    laid(tmp_path / "hand", 1, 2, 3)
    assert bench._compared(tmp_path) == 1
    told = capsys.readouterr().out
    assert "the ratios mean nothing" in told
    assert "research.five_to_twelve.numbers: 2 by dbt, 3 by hand" in told


def test_what_fails_is_told_with_its_output(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match=r"studylink synth failed:[\s\S]*from 200 to"):
        bench._synthesise(1, 1, tmp_path)
