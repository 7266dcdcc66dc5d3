"""The benchmark's other side does what a build must do at the least, and a failure is shown."""

from __future__ import annotations

import argparse
import json
import re
from collections import defaultdict
from pathlib import Path

import duckdb
import pytest

from studylink import bench
from studylink.bench import limit
from studylink.contract import landed_tables
from studylink.landing import LandedFile
from tests.python.lib.project import ROOT, rows_of, study_rows


def test_the_limit_writes_the_records_that_are_published_and_no_other_but_faulty_ones(
    built_sample: Path, tmp_path: Path
) -> None:
    bench.run_limit(ROOT / "extracts" / "sample", built_sample, tmp_path / "limit")
    fates: dict[str, dict[str, int]] = defaultdict(dict)
    for table, fate, records in study_rows(
        built_sample, "select source_table, fate, records from governance.record_reconciliation"
    ):
        fates[table][fate] = records
    delivered = {
        table.landed_as
        for table in landed_tables()
        if "delivery_id" in table.columns and table.schema != "governance"
    }
    for table in delivered:
        name, of = table.replace("/", "__"), fates[table]
        ((written,),) = rows_of(
            tmp_path / "limit" / "written.duckdb", f'select count(*) from "{name}"'
        )
        assert written
        assert 0 <= written - of.get("published", 0) <= of.get("quarantined", 0), table


def test_the_limit_reads_a_folder_of_parquet_files_of_different_types(tmp_path: Path) -> None:
    with duckdb.connect() as connection:
        landed = []
        for number, value in enumerate(("date '2024-02-29'", "'31/02/2024'"), start=1):
            path = tmp_path / f"part-{number}.parquet"
            connection.execute(f"copy (select 'P1' as id, {value} as day) to '{path}'")
            landed.append(LandedFile(path, ("id", "day")))
        found = connection.execute(f"from {limit._reading(landed)} as landed order by all")
        assert found.fetchall() == [("P1", "2024-02-29"), ("P1", "31/02/2024")]


def test_what_fails_is_shown_with_its_output(tmp_path: Path) -> None:
    with pytest.raises(
        RuntimeError, match=r"studylink synth failed: it ended with status 1\n[\s\S]*from 200 to"
    ):
        bench._synthesise(1, tmp_path / "extracts")


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Steps that take no time: 200 families, two million rows, and a build of 41 nodes."""
    results = [
        {"unique_id": f"model.studylink.m{number}", "execution_time": float(number)}
        for number in range(41)
    ]
    (tmp_path / "target").mkdir()
    (tmp_path / "target" / "run_results.json").write_text(
        json.dumps({"results": results, "elapsed_time": 60.0})
    )

    def measured(what: str, *_: object) -> bench.Measured:
        return bench.Measured(what, 100.0, 150.0, 512.0)

    monkeypatch.setattr(bench, "_synthesise", lambda *_: measured("studylink synth"))
    monkeypatch.setattr(bench, "_landed", lambda _: (2_000_000, 10.0))
    monkeypatch.setattr(bench, "_dbt", measured)
    monkeypatch.setattr(
        bench, "run_limit", lambda *_: bench.Measured("the limit", 8.0, 15.0, 256.0)
    )


def test_a_size_shows_its_steps_the_ratio_to_the_limit_and_the_slowest_nodes(
    steps: None, tmp_path: Path
) -> None:
    lines = list(bench.measure(200, tmp_path))
    assert any("2,000,000 rows landed, 10 MB; 20,000 rows a second" in line for line in lines)
    (build,) = (line for line in lines if line.startswith("dbt build  "))
    # wall-clock and processor seconds, MiB, and seconds to a million rows
    assert build.split() == ["dbt", "build", "100.0", "150.0", "512", "50.00"]
    assert any("12.5 times the limit's seconds and 10.0 times its proc" in line for line in lines)
    assert "8 of 41 nodes take more than 4 times the limit's seconds." in lines
    slowest = lines.index(f"{'seconds':>10}{'of limit':>10}  node, slowest first")
    assert lines[slowest + 1].split() == ["40.0", "5.00", "model.studylink.m40"]
    assert lines[-1].split() == ["0.0", "1", "other", "nodes"]


def test_a_build_that_fails_loses_no_figure_of_what_went_before(
    steps: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(what: str, command: str, *_: object) -> bench.Measured:
        if command == "build":
            raise bench.Failure("dbt build failed: why")
        return bench.Measured(what, 1.0, 1.0, 1.0)

    monkeypatch.setattr(bench, "_dbt", failing)
    lines: list[str] = []
    with pytest.raises(bench.Failure, match="why"):
        # one by one, as they are printed
        for line in bench.measure(200, tmp_path):
            lines.append(line)
    assert any(line.startswith("studylink synth") for line in lines)
    assert any(line.split()[-1] == "model.studylink.m40" for line in lines)


def test_a_disk_that_is_too_small_is_refused_before_anything_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bench, "PROJECT", tmp_path)
    monkeypatch.setitem(bench.SIZES, "S", bench.Size(200, 10**9))
    assert bench.run(argparse.Namespace(size="S")) == 1
    assert re.search(
        r"Size S needs 1000000000 GB of disk, and .* has \d+ GB", capsys.readouterr().err
    )
    assert list((tmp_path / "target").rglob("*")) == [tmp_path / "target" / "bench"]
