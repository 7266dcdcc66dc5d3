"""The example queries, compiled by dbt and run against the databases of the sample, read-only."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pytest
from project import ROOT

from studylink import databases

ANALYSES = sorted((ROOT / "analyses").glob("*.sql"))
SMALLEST_CELL = 10
# hardly a child of the sample is old enough to have sat these tests
EMPTY_IN_THE_SAMPLE = {"key_stage_2_by_free_school_meals"}
QUERIES_SHOWN = [
    (page, query)
    for page in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    for query in re.findall(r"^```sql\n(.*?)^```", page.read_text(encoding="utf-8"), re.M | re.S)
]


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
def test_an_analysis_runs_and_gives_no_small_count(analysis: Path, built_sample: Path) -> None:
    columns, rows = run(built_sample, analysis)
    counts = [
        place
        for place, (name, kind) in enumerate(columns)
        if kind in ("BIGINT", "HUGEINT") and not name.endswith("_number")
    ]
    assert counts, "it counts whom it tells of"
    found = [row[place] for row in rows for place in counts if row[place] is not None]
    assert bool(found) == (analysis.stem not in EMPTY_IN_THE_SAMPLE), "all is withheld, or not"
    assert min(found, default=SMALLEST_CELL) >= SMALLEST_CELL


@pytest.mark.parametrize(("page", "query"), QUERIES_SHOWN, ids=range(len(QUERIES_SHOWN)))
def test_a_query_that_the_documentation_shows_gives_rows(
    page: Path, query: str, built_sample: Path
) -> None:
    with databases.connect(built_sample) as connection:
        assert connection.sql(query).fetchall(), page


def test_scores_are_compared_by_meals_and_qualification(built_sample: Path) -> None:
    """What the sample is too small for, on four dozen invented children."""
    tables = {
        "participants": "'c' || n as research_id, 'f' || n as family_research_id",
        "key_stage_2": """
            'c' || n as research_id, '2029/30' as academic_year, 100 + n % 2 as reading_score,
            90 as maths_score
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
            ("eligible", "a degree", 18, 101.0, 90.0),
            ("not eligible", "a degree", 18, 100.0, 90.0),
        ]
