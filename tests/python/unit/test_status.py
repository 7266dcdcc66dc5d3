"""`studylink status` shows what needs doing with its clock, and nothing where all is in order."""

from __future__ import annotations

from datetime import datetime

import duckdb

from studylink import alarm
from studylink.status import LONGEST, PUBLISHED, shown

TODAY = datetime(2024, 3, 31, 23, 59)
STUDY = """
attach ':memory:' as study;
attach ':memory:' as vault;
create schema study.governance;
create table study.governance.request_clocks as
    select
        'first' as study, 'R' || place as request_id,
        timestamp '2024-02-29 12:00:00' as received_at,
        date '2024-03-29' + place::integer as due_on, outcome
    from
        range(8) as requests (place),
        (values ('open'), ('honoured'), ('void')) as outcomes (outcome);
create table study.governance.quarantined_records as
    select
        'surveys/first/permissions' as source_table, 7 as row_number,
        'unlisted: answer' as reason
    union all
    select 'hmrc/employments', 1, 'unknown_participant';
create table study.governance.delivery_checks as
    select
        'D' || place as delivery_id, 'hmrc' as supplier, 'first' as study,
        41 as people_not_requested, 0 as records_of_unknown_people,
        place = 1 as is_flagged, place = 2 as is_certificate_missing,
        99 as certificate_days_missing
    from range(3) as deliveries (place);
create table study.governance.to_destroy as
    select 'D9' as delivery_id, 'dwp' as supplier, 3 as participants, 17 as records;
create table study.governance.to_purge as select 'dwp/benefit_spells' as source_table, 5 as rows;
create table study.governance.due_to_be_asked as
    select 'first' as study, 'education' as domain, 46 as participants;
create table study.governance.releases_to_amend as
    select 'P1-1' as release_id, 'P1' as project_id, 'first' as study, 'health' as domain,
        2 as participants;
create table vault.main.clerical_review as select 'first' as study from range(11);
"""
TABLES = (
    *("request_clocks", "quarantined_records", "delivery_checks", "to_destroy", "to_purge"),
    *("due_to_be_asked", "releases_to_amend"),
)


def built() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute(STUDY)
    return connection


def words(connection: duckdb.DuckDBPyConnection) -> list[list[str]]:
    return [line.split() for line in "\n".join(shown(connection, PUBLISHED, TODAY)).splitlines()]


def test_everything_that_wants_doing_is_shown_with_where_to_go_on() -> None:
    lines = words(built())
    assert lines[1][:2] == ["ALARM:", "1"]
    assert ["surveys/first/permissions,", "row", "7:", "unlisted:", "answer"] in lines
    assert ["D1", "hmrc", "41", "0"] in lines
    assert ["D2", "hmrc", "first", "99"] in lines
    assert ["D9", "dwp", "3", "17"] in lines
    assert ["dwp/benefit_spells", "5"] in lines
    assert ["first", "education", "46"] in lines
    assert ["P1-1", "P1", "first", "health", "2"] in lines
    assert ["first", "11"] in lines
    assert ["hmrc", "unknown_participant", "1"] in lines
    assert sum(line[:1] == ["next:"] for line in lines) == len(PUBLISHED) + 1


def test_the_name_of_a_folder_that_was_landed_stays_on_its_line() -> None:
    connection = built()
    connection.execute(
        "update study.governance.quarantined_records "
        "set source_table = 'surveys/a\nb/permissions' where reason = 'unlisted: answer'"
    )
    lines = list(shown(connection, PUBLISHED, TODAY))
    assert "  surveys/'a\\nb'/permissions, row 7: unlisted: answer" in lines
    assert alarm.alarm(connection).splitlines()[1:] == lines[2:3]


def test_open_requests_have_clocks_and_the_first_due_comes_first() -> None:
    lines = [line for line in words(built()) if line[:1] == ["first"] and line[1][0] == "R"]
    assert lines[0] == ["first", "R0", "2024-02-29", "2024-03-29", "2", "days", "over"]
    assert lines[2] == ["first", "R2", "2024-02-29", "2024-03-31", "0", "days", "left"]
    assert len(lines) == LONGEST
    assert ["and", "2", "more"] in words(built())


def test_where_all_is_in_order_nothing_is_shown() -> None:
    connection = built()
    for table in TABLES:
        connection.execute(f"delete from study.governance.{table}")
    connection.execute("delete from vault.main.clerical_review")
    assert words(connection) == []
