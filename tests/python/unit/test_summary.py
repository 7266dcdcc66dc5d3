"""`studylink summary` fits one screen, and counts what was published."""

from pathlib import Path

import duckdb
import pytest

from studylink import databases
from studylink.cli import main
from studylink.summary import summarised

SCREEN = 30
"""Lines of a terminal's window, with one to spare for the prompt."""

STUDY = """
attach ':memory:' as study;
attach ':memory:' as research;
create schema study.governance;
create schema study.intermediate;
create schema research.first_study;
create table research.first_study.participants as from range(1_234) as people (research_id);
create table study.governance.published_build as select timestamp '2026-06-30 12:00:00' as as_of;
create table study.intermediate.int_participants as
    select study, person // 3 as family_id, person < 1_234 as is_active
    from
        (values ('first_study'), ('second_study')) as studies (study),
        range(1_240) as people (person);
create table study.governance.linkage_decisions as
    select study, domain, place = 0 as is_permitted, 'reason_' || place as reason
    from
        (values ('first_study'), ('second_study')) as studies (study),
        (values ('area'), ('benefits'), ('health')) as domains (domain),
        range(9) as places (place), range(10 - place);
create table study.governance.record_reconciliation as
    select 'fate_' || place as fate, 1_000 * (20 - place) as records
    from range(20) as fates (place);
create table study.governance.quarantined_records as
    select
        'surveys/first_study/permissions' as source_table,
        place as row_number,
        'fault ' || place as reason
    from range(1, 81) as rows (place)
    union all
    select 'hmrc/employments', 1, 'fault';
"""


def built() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute(STUDY)
    return connection


def test_the_summary_fits_one_screen_however_many_rows_are_quarantined() -> None:
    lines = summarised(built(), Path("data")).splitlines()
    assert len(lines) <= SCREEN
    assert max(map(len, lines)) <= 110
    # a no may be in any of them, so it comes before all else
    assert lines[0].startswith("ALARM: 80 row(s) of participants, permissions, requests")


def test_the_summary_counts_what_was_published() -> None:
    words = [line.split() for line in summarised(built(), Path("data")).splitlines()]
    assert ["first_study", "1,234", "412", "6", "1", "1,234"] in words
    assert ["second_study", "1,234", "412", "6", "0", "0"] in words
    reasons = ["reason_1", "9,", "reason_2", "8,", "reason_3", "7,", "others", "20"]
    assert ["second_study", "health", "10", "44", *reasons] in words
    assert "fate_0 20,000, fate_1 19,000, fate_2 18,000, fate_3 17,000, others 136,000" in " ".join(
        word for line in words for word in line
    )


def test_the_summary_needs_no_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with duckdb.connect() as connection:
        for name in ("study", "research"):
            databases.attach(connection, tmp_path, name)
        connection.execute("\n".join(STUDY.strip().splitlines()[2:]))
    monkeypatch.setenv("STUDY_DATA", str(tmp_path))
    assert main(["summary"]) == 0
    assert "first_study" in capsys.readouterr().out


def test_there_is_no_summary_where_nothing_is_published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("STUDY_DATA", str(tmp_path))
    assert main(["summary"]) == 1
    said = capsys.readouterr()
    assert "run `dbt build` first" in said.err and said.out == ""


def test_there_is_no_alarm_where_every_statement_can_be_read() -> None:
    connection = built()
    connection.execute("delete from study.governance.quarantined_records")
    assert "ALARM" not in summarised(connection, Path("data"))
