"""The example queries say what they ask; what they show is audited with all public figures."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
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


def test_scores_are_compared_by_meals_and_qualification(built_sample: Path) -> None:
    """What the sample is too small for, on four dozen invented children."""
    tables = {
        "participants": "'c' || n as research_id, 'f' || n as family_research_id",
        "key_stage_2": """
            'c' || n as research_id, '2029/30' as academic_year, 99 + n % 2 as reading_score,
            100 as maths_score
        """,
        "pupil_census": """
            'c' || n as research_id, '2029/30' as academic_year, n % 2 = 1 as is_fsm_eligible
        """,
        "parent_interviews": """
            'f' || n as family_research_id,
            if(n > 35, 'Entry level', 'Level 6: degree or equivalent') as highest_qualification
        """,
    }
    compiled = built_sample / "target" / "compiled" / "studylink" / "analyses"
    query = (compiled / "key_stage_2_by_free_school_meals.sql").read_text(encoding="utf-8")
    with duckdb.connect() as connection:
        connection.execute("attach ':memory:' as research; create schema research.five_to_twelve")
        for table, columns in tables.items():
            connection.execute(
                f"create table research.five_to_twelve.{table} as "
                f"select {columns} from range(48) as children(n)"
            )
        assert connection.sql(query).fetchall() == [
            ("eligible", "a degree", 20, 20, 100.0),
            ("not eligible", "a degree", 20, None, None),
        ]
