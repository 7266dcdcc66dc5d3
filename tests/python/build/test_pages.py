"""Pages as people open them: the codebook of a release of the sample."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import duckdb
import pytest
from playwright.sync_api import Browser, Page

from studylink import databases
from studylink.pages import codebook
from studylink.release import content
from studylink.release import plan as plans
from studylink.release.content import Released
from tests.python.lib import browser
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
    file = release.with_name("codebook.html")
    codebook.write(release, file)
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
@pytest.mark.parametrize("which", ["page_of_release"])
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
