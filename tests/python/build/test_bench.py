"""The benchmark's other side does what a build must do at the least, and a failure is shown."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest

from studylink import bench
from studylink.contract import landed_tables
from tests.python.lib.project import ROOT, rows_of, study_rows


def test_the_limit_writes_the_records_that_are_published_and_no_other_but_faulty_ones(
    built_sample: Path, tmp_path: Path
) -> None:
    bench.limit(ROOT / "extracts" / "sample", built_sample, tmp_path / "limit")
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


def test_what_fails_is_shown_with_its_output(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match=r"studylink synth failed:[\s\S]*from 200 to"):
        bench._synthesise(1, 1, tmp_path)
