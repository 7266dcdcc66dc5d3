"""Pages as people open them: the codebook of a release of the sample, and the report on it."""

from __future__ import annotations

import csv
import errno
import json
import os
import re
import shutil
import stat
from collections.abc import Iterator
from datetime import datetime
from html import unescape
from pathlib import Path
from types import SimpleNamespace

import duckdb
import pytest
import yaml
from playwright.sync_api import Browser, Page

from studylink import databases
from studylink.cli import main
from studylink.pages import codebook
from studylink.pages import report as reports
from studylink.release import content
from studylink.release import plan as plans
from studylink.release.content import Released
from tests.python.lib import browser, project
from tests.python.lib.worlds import FIVE, SEND

DOMAINS = ("area", "benefits", "education", "employment_tax", "health")
CHILD_YEARS = f"{FIVE}.child_years"


@pytest.fixture(scope="module")
def release(built_sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release of all that the sample publishes."""
    file = tmp_path_factory.mktemp("release") / "release.duckdb"
    with databases.connect(built_sample) as connection:
        databases.attach_file(connection, file, content.RELEASE)
        columns = plans.columns_of_people(connection)
        plan = plans.default("P0", columns, (FIVE, SEND), DOMAINS)
        content.write(
            connection,
            plan,
            Released(
                *("P0-1", "P0", "Everything in the sample", "University", "secure"),
                *(f"{FIVE};{SEND}", ";".join(DOMAINS), "2026-06-30T00:00:00Z"),
                *(False, False, "research", "Linked research tables, release P0-1."),
            ),
        )
    return file


@pytest.fixture(scope="module")
def page_of_release(release: Path) -> Path:
    """Its codebook, where the project had a release before, with a table fewer."""
    file, previous = release.with_name("codebook.html"), release.with_name("previous.duckdb")
    shutil.copyfile(release, previous)
    with duckdb.connect(str(previous)) as connection:
        connection.execute("delete from about.columns where table_name = 'absence'")
        connection.execute("update about.columns set label = 'Other' where column_name = 'tenure'")
    codebook.write(release, file, previous)
    return file


@pytest.fixture(scope="module")
def page_of_report(built_sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report on the sample, with the figures of one earlier build."""
    data = tmp_path_factory.mktemp("data")
    for name in ("study", "research"):
        databases.path(data, name).symlink_to(databases.path(built_sample, name))
    earlier = {"as_of": "2026-05-01T00:00:00", "figures": {"Statements quarantined": 20}}
    kept = data / reports.FOLDER / reports.KEPT
    kept.mkdir(parents=True)
    (kept / "20260501T000000Z.json").write_text(json.dumps(earlier), encoding="utf-8")
    file = data / reports.FOLDER / reports.PAGE
    reports.write(data, file)
    return file


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser.chromium() as program:
        yield program


def test_every_column_of_a_release_is_in_its_codebook(release: Path, page_of_release: Path) -> None:
    shown = page_of_release.read_text(encoding="utf-8")
    with duckdb.connect(str(release), read_only=True) as connection:
        columns = connection.execute(
            "select table_schema || '.' || table_name || '.' || column_name from about.columns"
        ).fetchall()
        described = connection.execute(
            "select count(*) from duckdb_columns() where not internal"
        ).fetchall()
    assert [(len(columns),)] == described
    assert [column for (column,) in columns if f'id="{column}"' not in shown] == []


def test_every_count_on_a_codebook_is_rounded_or_withheld(page_of_release: Path) -> None:
    cells = re.findall(r'<td class="number">([^<]*)</td>', page_of_release.read_text("utf-8"))
    counts = [int(cell.replace(",", "")) for cell in cells if re.fullmatch(r"[\d,]+", cell)]
    assert len(counts) > 1000
    assert [count for count in counts if count < 10 or count % 10] == []
    others = {cell for cell in cells if not re.fullmatch(r"[\d,]+", cell)}
    others -= {"", "under 10", "withheld"}
    assert [
        cell for cell in others if not re.fullmatch(r"\d+%|[+-]\d\.\d\d( \(unlike\))?", cell)
    ] == []


def test_a_codebook_shows_nobodys_id(page_of_release: Path) -> None:
    ids = re.findall(r"\b[0-9a-f]{32}\b", page_of_release.read_text(encoding="utf-8"))
    # the checksum of the project, which is not about anybody
    assert len(ids) == 1


def test_the_queries_of_a_codebook_run(
    release: Path, page_of_release: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(release.parent)
    shown = page_of_release.read_text(encoding="utf-8")
    queries = {
        language: [
            unescape(text)
            for text in re.findall(
                rf'<code data-language="{language}">(.*?)</code>', shown, flags=re.S
            )
        ]
        for language in ("sql", "python", "r", "stata")
    }
    assert {len(of_language) for of_language in queries.values()} == {4}
    for query, code in zip(queries["sql"], queries["python"], strict=True):
        with duckdb.connect(str(release), read_only=True) as connection:
            rows = connection.sql(query).fetchall()
        assert rows
        names: dict = {}
        exec(compile(code, "codebook", "exec"), names)
        assert len(names["table"]) == len(rows)
        names["release"].close()


def test_what_keeps_people_from_a_page_is_noticed(chromium: Browser, tmp_path: Path) -> None:
    bad = tmp_path / "bad.html"
    bad.write_text(
        """<!doctype html><html lang="en"><body><main><h1>A</h1><h3>B</h3><input>
        <a href="#nowhere" style="color: #999">small</a><table><tr><th>C</th></tr></table>
        <svg><text fill="#eee">pale</text></svg><div id="x"></div><div id="x"></div>
        <pre>code</pre><div style="width: 2000px">wide</div></main></body></html>"""
    )
    with browser.opened(chromium, bad, "desk") as page:
        found = " ".join(browser.faults(page))
    for fault in (
        *("no language", "no title", "landmark nav", "id twice: x", "leads nowhere"),
        *("skips a level", "no label", "no name", "no caption", "no scope", "no keyboard"),
        *("under 24 pixels", "contrast 2.8", "contrast 1.1", "wider than the window"),
    ):
        assert fault in found, fault


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", browser.SIZES)
@pytest.mark.parametrize("which", ["page_of_release", "page_of_report"])
def test_a_page_can_be_read_and_used_by_everybody(
    chromium: Browser, request: pytest.FixtureRequest, which: str, size: str, scheme: str
) -> None:
    with browser.opened(chromium, request.getfixturevalue(which), size, scheme) as page:
        assert browser.faults(page) == []


def shown_variables(page: Page) -> list[str]:
    return page.eval_on_selector_all(
        ".variable", "all => all.filter(one => one.checkVisibility()).map(one => one.id)"
    )


@pytest.mark.parametrize("size", browser.SIZES)
def test_search_narrows_to_what_holds_every_word(
    chromium: Browser, page_of_release: Path, size: str
) -> None:
    with browser.opened(chromium, page_of_release, size) as page:
        everything = shown_variables(page)
        assert len(everything) > 200
        page.keyboard.press("/")
        page.keyboard.type("Free school MEALS eligible")
        found = shown_variables(page)
        assert f"{CHILD_YEARS}.is_fsm_eligible" in found
        assert 1 < len(found) < 10
        assert page.locator("#found").text_content() == (f"{len(found)} of {len(everything)} found")
        assert not page.locator("#flow").is_visible()
        # a label and a code are found as well as a name
        page.fill("#search", "autistic spectrum")
        assert f"{SEND}.pupil_census.primary_sen_type" in shown_variables(page)
        page.fill("#search", "no such thing")
        assert shown_variables(page) == []
        page.focus("#search")
        page.keyboard.press("Escape")
        assert shown_variables(page) == everything
        assert page.locator("#flow").is_visible()


def test_a_link_leads_to_a_variable_even_while_the_search_hides_it(
    chromium: Browser, page_of_release: Path
) -> None:
    with browser.opened(chromium, page_of_release, "desk") as page:
        page.fill("#search", "tenure")
        page.click(f'nav a[href="#{CHILD_YEARS}"]')
        assert page.locator(f'[id="{CHILD_YEARS}"] h3').is_visible()
        assert page.evaluate("location.hash") == f"#{CHILD_YEARS}"


def test_the_keyboard_alone_is_enough(chromium: Browser, page_of_release: Path) -> None:
    with browser.opened(chromium, page_of_release, "desk") as page:
        reached = []
        for _ in range(80):
            page.keyboard.press("Tab")
            at, outline = page.evaluate(
                "() => [document.activeElement.id || document.activeElement.hash || '',"
                " getComputedStyle(document.activeElement).outlineStyle]"
            )
            assert outline != "none", f"the focus cannot be seen at {at}"
            reached.append(at)
        assert reached[:2] == ["#main", "#contents"]
        assert "search" in reached


def test_print_shows_every_value_and_no_search(chromium: Browser, page_of_release: Path) -> None:
    with browser.opened(chromium, page_of_release, "desk") as page:
        assert page.locator("details:not([open])").count()
        page.emulate_media(media="print")
        page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
        assert page.locator("details:not([open])").count() == 0
        assert not page.locator("#search").is_visible()
        page.evaluate("window.dispatchEvent(new Event('afterprint'))")
        assert page.locator("details:not([open])").count()


# --------------------------------------------------------------------------------------------------
# The report
# --------------------------------------------------------------------------------------------------


def tables_of(page: Path) -> dict[str, list[list[str]]]:
    """The tables of a page by their captions: the header, then each row, as text."""
    found = {}
    for table in re.findall(r"<table>.*?</table>", page.read_text(encoding="utf-8"), flags=re.S):
        [caption] = re.findall(r"<caption>(.*?)</caption>", table)
        found[unescape(caption)] = [
            [
                unescape(re.sub("<[^>]+>", "", cell))
                for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, flags=re.S)
            ]
            for row in re.findall(r"<tr[^>]*>(.*?)</tr>", table, flags=re.S)
        ]
    return found


def test_every_count_of_a_report_is_rounded_or_withheld(page_of_report: Path) -> None:
    shown = []
    for header, *rows in tables_of(page_of_report).values():
        for row in rows:
            shown += [
                int(cell.replace(",", ""))
                for name, cell in zip(header, row, strict=True)
                if re.fullmatch(r"[\d,]+", cell) and name != "Days"
            ]
    text = re.sub(r"<table>.*?</table>", "", page_of_report.read_text("utf-8"), flags=re.S)
    shown += [
        int(count.replace(",", ""))
        for count in re.findall(r"([\d,]+) (?:rows|requests|young people)", text)
    ]
    assert len(shown) > 100
    assert [count for count in shown if count < 10 or count % 10] == []


def test_a_report_shows_what_governance_knows(page_of_report: Path, built_sample: Path) -> None:
    shown = tables_of(page_of_report)

    def counted(query: str) -> dict[str, int]:
        return dict(project.study_rows(built_sample, query))

    def near(cell: str, count: int | None) -> bool:
        if cell == "under 10":
            return (count or 0) < 10
        return abs(int(cell.replace(",", "")) - (count or 0)) <= 5

    fates = counted("select fate, sum(records) from governance.record_reconciliation group by 1")
    assert fates.keys() - reports.OUT <= reports.FATES.keys()
    for fate, (_, _, cell) in zip(reports.FATES, shown["All tables"][1:], strict=True):
        assert near(cell, fates.get(fate)), fate
    for study, domain in ((FIVE, "health"), (SEND, "education")):
        reasons = counted(
            "select reason, count(*) from governance.linkage_decisions "
            f"where study = '{study}' and domain = '{domain}' and answers_of in ('family', 'child')"
            "group by 1"
        )
        title = {FIVE: "Five to Twelve", SEND: "SEND Futures"}[study]
        [line] = [
            line
            for line in shown["Linkages by reason"]
            if line[:2] == [title, domain.capitalize()] and line[2] in ("Family", "Child")
        ]
        for reason, cell in zip(reports.REASONS, line[3:], strict=True):
            assert near(cell, reasons.get(reason)), (study, reason)
    certificates = project.study_rows(
        built_sample,
        "select certificate_days_missing from governance.delivery_checks "
        "where is_certificate_missing order by 1 desc",
    )
    missing = shown["Certificates missing"][1:]
    assert [(int(days),) for *_, days in missing] == certificates
    statements, *others = shown["Quarantined rows by supplier and reason"][1:]
    assert statements[0].startswith("Participants, permissions and requests")
    assert int(statements[-1]) >= 10
    assert any(supplier == "NHS England" for supplier, *_ in others)


def test_fates_and_reasons_are_shown_or_are_those_of_people_who_are_out() -> None:
    for model, column, shown, out in (
        ("record_reconciliation", "fate", reports.FATES, reports.OUT),
        ("linkage_decisions", "reason", reports.REASONS, ("objected", "restricted")),
        ("requests_due", "clock", reports.CLOCKS, ()),
    ):
        file = project.ROOT / "models" / "marts" / "governance" / f"{model}.yml"
        [found] = yaml.safe_load(file.read_text(encoding="utf-8"))["models"]
        [described] = [one["description"] for one in found["columns"] if one["name"] == column]
        named = set(re.findall(r"`([a-z_]+)`", described)) - {"as_of"}
        assert named == {*shown, *out}, model


def test_a_report_names_no_participant_request_delivery_or_researcher(
    page_of_report: Path, built_sample: Path
) -> None:
    shown = page_of_report.read_text(encoding="utf-8")
    known = {
        value
        for column, table in (
            ("participant_id", "linkage_decisions"),
            ("request_id", "request_outcomes"),
            ("delivery_id", "delivery_checks"),
        )
        for (value,) in project.study_rows(
            built_sample, f"select distinct {column} from governance.{table}"
        )
    }
    landed = project.ROOT / "extracts" / "sample" / "governance" / "researchers.csv"
    with landed.open(encoding="utf-8", newline="") as file:
        known |= {
            row[column] for row in csv.DictReader(file) for column in ("researcher_id", "name")
        }
    assert len(known) > 1000
    assert [value for value in known if value in shown] == []


def test_a_report_keeps_its_figures_and_shows_those_of_earlier_builds(
    page_of_report: Path, built_sample: Path
) -> None:
    kept = page_of_report.parent / reports.KEPT
    assert len(list(kept.glob("*.json"))) == 2
    header, *rows = tables_of(page_of_report)["Figures of the builds that were reported on"]
    [(as_of,)] = project.study_rows(built_sample, "select as_of from governance.published_build")
    assert header == ["Figure", "2026-05-01 00:00", f"{as_of:%Y-%m-%d %H:%M}"]
    of_statements = next(row for row in rows if row[0] == "Statements quarantined")
    assert of_statements[1] == "20"
    assert all(cell == "under 10" or int(cell.replace(",", "")) % 10 == 0 for *_, cell in rows)
    assert stat.S_IMODE(page_of_report.stat().st_mode) == 0o600


def test_there_is_no_report_where_nothing_is_published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("STUDY_DATA", str(tmp_path))
    assert main(["report"]) == 1
    said = capsys.readouterr()
    assert "run `dbt build` first" in said.err and said.out == ""
    assert list(tmp_path.iterdir()) == []


def test_a_report_does_not_repeat_what_a_delivery_has_in_place_of_a_study(
    built_sample: Path, tmp_path: Path
) -> None:
    shutil.copyfile(databases.path(built_sample, "study"), databases.path(tmp_path, "study"))
    databases.path(tmp_path, "research").symlink_to(databases.path(built_sample, "research"))
    with duckdb.connect(str(databases.path(tmp_path, "study"))) as connection:
        connection.execute(
            "update governance.delivery_checks set study = 'SF1234567A', is_flagged = true "
            "where is_certificate_missing"
        )
    file = tmp_path / reports.PAGE
    reports.write(tmp_path, file)
    shown = tables_of(file)
    for caption in ("Certificates missing", "Deliveries that hold people who were not asked for"):
        assert reports.UNKNOWN_STUDY in {study for _, study, *_ in shown[caption]}
    assert "SF1234567A" not in file.read_text(encoding="utf-8")


BROKEN = ['{"as_of": "2026-05-01T00:0', "", "[]", "{}", '{"as_of": 1, "figures": {}}', "\udcff"]
BROKEN += ['{"as_of": "2026-05-01T00:00:00", "figures": {"Statements quarantined": "x"}}']


@pytest.mark.parametrize("content", BROKEN)
def test_figures_of_an_earlier_build_that_cannot_be_read_are_named_with_what_to_do(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    content: str,
) -> None:
    file = tmp_path / "20260501T000000Z.json"
    file.write_bytes(content.encode(errors="surrogateescape"))
    monkeypatch.setattr(reports, "write", lambda *place: reports._series(tmp_path))
    monkeypatch.setattr(os, "umask", lambda mode: mode)
    assert main(["report"]) == 1
    (said,) = capsys.readouterr().err.splitlines()
    assert said.startswith(f"{file} does not hold the figures of a build: put it back")


def test_figures_are_kept_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = SimpleNamespace(as_of=datetime(2026, 6, 30), studies={}, flows=[], statements=20)
    reports._keep(tmp_path, report)
    (file,) = tmp_path.iterdir()
    before = file.read_bytes()
    report.statements = 30

    def no_space(*arguments: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", no_space)
    with pytest.raises(OSError, match="No space"):
        reports._keep(tmp_path, report)
    assert [place.read_bytes() for place in tmp_path.iterdir()] == [before]
