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
QUERIES_SHOWN = [
    (page, query)
    for page in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    for query in re.findall(r"^```sql\n(.*?)^```", page.read_text(encoding="utf-8"), re.M | re.S)
]


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
    counts = [
        place
        for place, (name, kind) in enumerate(columns)
        if kind in ("BIGINT", "HUGEINT") and not name.endswith("_number")
    ]
    assert counts, "it counts whom it tells of"
    found = [row[place] for row in rows for place in counts if row[place] is not None]
    assert found, "everything is suppressed"
    assert min(found) >= SMALLEST_CELL


@pytest.mark.parametrize(("page", "query"), QUERIES_SHOWN, ids=range(len(QUERIES_SHOWN)))
def test_a_query_that_the_documentation_shows_gives_rows(
    page: Path, query: str, sample_with_analyses: Path
) -> None:
    with databases.connect(sample_with_analyses) as connection:
        assert connection.sql(query).fetchall(), page
