"""The example queries, compiled by dbt and run against the databases of the sample, read-only."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import project
import pytest
from project import ROOT

from studylink import databases

AS_OF = "2026-06-30T00:00:00Z"
ANALYSES = sorted((ROOT / "analyses").glob("*.sql"))
SMALLEST_CELL = 10
# the children of the sample are too young to have sat these tests
WITHOUT_A_ROW = {"key_stage_2_by_free_school_meals"}


@pytest.fixture(scope="session")
def sample_with_analyses(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of one build of the sample, with the analyses compiled beside it."""
    extracts = ROOT / "extracts" / "sample"
    data = project.built(extracts, tmp_path_factory.mktemp("analyses") / "data", AS_OF)
    done = project.dbt("compile", extracts, data, AS_OF, "--select", "path:analyses")
    assert done.returncode == 0, done.stdout[-3000:]
    return data


def run(data: Path, analysis: Path) -> tuple[list[tuple[str, str]], list[tuple]]:
    """Columns with their types, and rows; a researcher's query sees research.duckdb alone."""
    compiled = data / "target" / "compiled" / "studylink" / "analyses" / analysis.name
    connection = (
        databases.connect(data)
        if analysis.stem.startswith("governance_")
        else duckdb.connect(str(databases.path(data, "research")), read_only=True)
    )
    with connection:
        relation = connection.sql(compiled.read_text(encoding="utf-8"))
        columns = list(zip(relation.columns, map(str, relation.types), strict=True))
        return columns, relation.fetchall()


@pytest.mark.parametrize("analysis", ANALYSES, ids=lambda path: path.stem)
def test_an_analysis_opens_with_its_question_grain_and_denominator(analysis: Path) -> None:
    opening = re.match(r"(-- [^\n]*\n)+", analysis.read_text(encoding="utf-8"))
    assert opening, "it opens with a comment"
    said = opening[0].replace("\n-- ", " ")
    assert "?" in said.split(" Grain: ")[0]
    assert "Grain: one row " in said
    assert "Denominator: " in said


@pytest.mark.parametrize("analysis", ANALYSES, ids=lambda path: path.stem)
def test_an_analysis_runs_and_gives_no_small_count(
    analysis: Path, sample_with_analyses: Path
) -> None:
    columns, rows = run(sample_with_analyses, analysis)
    if analysis.stem in WITHOUT_A_ROW:
        assert not rows
        return
    counts = [
        place
        for place, (name, kind) in enumerate(columns)
        if kind in ("BIGINT", "HUGEINT") and not name.endswith("_number")
    ]
    assert counts, "it counts whom it tells of"
    found = [row[place] for row in rows for place in counts if row[place] is not None]
    assert found, "everything is suppressed"
    assert min(found) >= SMALLEST_CELL


def test_scores_are_compared_by_meals_and_qualification(sample_with_analyses: Path) -> None:
    """What the sample has no rows for, on a handful of invented children."""
    with duckdb.connect() as connection:
        connection.execute("attach ':memory:' as research")
        connection.execute("create schema research.five_to_twelve")
        for table, query in {
            "participants": """
                select 'c' || n as research_id, 'f' || n as family_research_id
                from range(24) as t(n)
            """,
            "key_stage_2": """
                select 'c' || n as research_id, '2029/30' as academic_year,
                    100 + n % 2 as reading_score, 90 as maths_score
                from range(24) as t(n)
            """,
            "pupil_census": """
                select 'c' || n as research_id, '2029/30' as academic_year,
                    n % 2 = 1 as is_fsm_eligible
                from range(24) as t(n)
            """,
            "parent_interviews": """
                select 'f' || n as family_research_id,
                    if(n > 21, 'Entry level', 'Level 6: degree or equivalent')
                        as highest_qualification
                from range(24) as t(n)
            """,
        }.items():
            connection.execute(f"create table research.five_to_twelve.{table} as {query}")
        compiled = sample_with_analyses / "target" / "compiled" / "studylink" / "analyses"
        query = (compiled / "key_stage_2_by_free_school_meals.sql").read_text(encoding="utf-8")
        assert connection.sql(query).fetchall() == [
            ("eligible", "a degree", 11, 101.0, 90.0),
            ("eligible", "no degree", None, None, None),
            ("not eligible", "a degree", 11, 100.0, 90.0),
            ("not eligible", "no degree", None, None, None),
        ]
