"""The example queries say what they ask; what they show is audited with all public figures."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from studylink import databases
from tests.python.lib.project import ROOT

ANALYSES = sorted((ROOT / "analyses").glob("*.sql"))


def shown(language: str) -> list[tuple[Path, str]]:
    """The fenced blocks of a language, with the page that shows them."""
    return [
        (page, block)
        for page in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
        for block in re.findall(
            rf"^```{language}\n(.*?)^```", page.read_text(encoding="utf-8"), re.M | re.S
        )
    ]


QUERIES_SHOWN = shown("sql")
PYTHON_SHOWN = [(page, code) for page, code in shown("python") if "studylink" in code]


@pytest.mark.parametrize("analysis", ANALYSES, ids=lambda path: path.stem)
def test_an_analysis_opens_with_its_question_grain_and_denominator(analysis: Path) -> None:
    opening = re.match(r"(-- [^\n]*\n)+", analysis.read_text(encoding="utf-8"))
    assert opening, "it opens with a comment"
    said = opening[0].replace("\n-- ", " ")
    assert "?" in said.split(" Grain: ")[0]
    assert "Grain: one row " in said
    assert "Denominator: " in said


@pytest.mark.parametrize(("page", "query"), QUERIES_SHOWN, ids=range(len(QUERIES_SHOWN)))
def test_a_query_that_the_documentation_shows_gives_rows(
    page: Path, query: str, built_sample: Path
) -> None:
    with databases.connect(built_sample) as connection:
        if page.name == "researchers.md":
            connection.execute("use research")
        assert connection.sql(query).fetchall(), page


@pytest.mark.parametrize(("page", "code"), PYTHON_SHOWN, ids=range(len(PYTHON_SHOWN)))
def test_python_that_the_documentation_shows_prints_rows(
    page: Path,
    code: str,
    built_sample: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("STUDY_DATA", str(built_sample))
    exec(compile(code, page.name, "exec"), {})
    assert "│" in capsys.readouterr().out, page


@pytest.mark.parametrize("analysis", ANALYSES, ids=lambda path: path.stem)
def test_an_analysis_gives_numbers_on_the_sample(analysis: Path, built_sample: Path) -> None:
    compiled = built_sample / "target" / "compiled" / "studylink" / "analyses" / analysis.name
    with databases.connect(built_sample) as connection:
        rows = connection.sql(compiled.read_text(encoding="utf-8")).fetchall()
    assert len(rows) > 1
    assert sum(None not in row for row in rows) > len(rows) * 2 / 3
