"""The example queries say what they ask; what they show is audited with all public figures.

Six are written in Python, R and Stata as well, and show the same. Stata is not free to run: of what
is written in it, only the names are checked.
"""

from __future__ import annotations

import contextlib
import csv
import re
import runpy
import shutil
import subprocess
from pathlib import Path

import duckdb
import pandas as pd
import pytest
import yaml

from studylink import databases
from studylink.release.eligibility import PURPOSES
from studylink.release.plan import columns_of_people, default
from tests.python.lib.project import ROOT

ANALYSES = sorted((ROOT / "analyses").glob("*.sql"))
IN_PYTHON, IN_R, IN_STATA = (
    sorted(set((ROOT / "analyses").glob(names)) - set((ROOT / "analyses").glob("*/public_*")))
    for names in ("python/*.py", "r/*.R", "stata/*.do")
)
R_PACKAGES = ("dplyr", "haven")
WORDS_OF_STATA = (
    "version use using clear keep drop if missing bysort _n _N generate replace rename real substr "
    "collapse max count sum by merge m match master nogenerate _merge duplicates save do"
)


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
PYTHON_SHOWN = [(page, code) for page, code in shown("python") if ".show(" in code]


def opening(analysis: Path) -> str:
    """The comment that an analysis opens with, as one line."""
    lines = re.match(r"((--|#|\*) [^\n]*\n)+", analysis.read_text(encoding="utf-8"))
    assert lines, "it opens with a comment"
    return " ".join(re.sub(r"^(--|#|\*) ", "", lines[0], flags=re.M).split())


def named(path: Path) -> str:
    return f"{path.stem}{path.suffix}"


@pytest.mark.parametrize("analysis", ANALYSES, ids=lambda path: path.stem)
def test_an_analysis_opens_with_its_question_grain_and_denominator(analysis: Path) -> None:
    said = opening(analysis)
    assert "?" in said.split(" Grain: ")[0]
    assert "Grain: one row " in said
    assert "Denominator: " in said


@pytest.mark.parametrize("example", [*IN_PYTHON, *IN_R, *IN_STATA], ids=named)
def test_an_example_opens_as_its_query_does(example: Path) -> None:
    assert opening(example) == opening(ROOT / "analyses" / f"{example.stem}.sql")


def test_the_guide_leads_to_each_of_six_examples_in_each_language() -> None:
    guide = (ROOT / "docs" / "researchers.md").read_text(encoding="utf-8")
    for examples in (IN_PYTHON, IN_R, IN_STATA):
        assert len(examples) == 6
        for example in examples:
            assert f"../{example.relative_to(ROOT).as_posix()})" in guide


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


def shown_by_query(name: str, data: Path) -> duckdb.DuckDBPyRelation:
    """What a query in `analyses/` shows of what is built in `data`."""
    compiled = data / "target" / "compiled" / "studylink" / "analyses" / f"{name}.sql"
    return databases.connect(data).sql(compiled.read_text(encoding="utf-8"))


def as_csv(relation: duckdb.DuckDBPyRelation) -> list[list[str]]:
    """The header and rows of a result as a CSV file has them, with whole numbers."""
    return [
        relation.columns,
        *(
            [
                "" if value is None else value if isinstance(value, str) else f"{value:.0f}"
                for value in row
            ]
            for row in relation.fetchall()
        ),
    ]


@pytest.mark.parametrize("analysis", ANALYSES, ids=lambda path: path.stem)
def test_an_analysis_gives_numbers_on_the_sample(analysis: Path, built_sample: Path) -> None:
    rows = shown_by_query(analysis.stem, built_sample).fetchall()
    assert len(rows) > 1
    assert sum(None not in row for row in rows) > len(rows) * 2 / 3


@pytest.fixture(scope="module")
def workplace(built_sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A researcher's folder: the examples and, in `data`, what the guide's own code makes."""
    place = tmp_path_factory.mktemp("researcher")
    (place / "analyses").symlink_to(ROOT / "analyses")
    (place / "data").mkdir()
    (place / "data" / "research.duckdb").symlink_to(built_sample / "research.duckdb")
    with contextlib.chdir(place):
        for page, code in shown("python"):
            if page.name == "researchers.md":
                exec(compile(code, page.name, "exec"), {})
    return place


@pytest.mark.parametrize("example", IN_PYTHON, ids=named)
def test_an_example_in_python_shows_what_its_query_shows(
    example: Path,
    workplace: Path,
    built_sample: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(workplace)
    monkeypatch.syspath_prepend(example.parent)
    runpy.run_path(str(example))
    printed = list(csv.reader(capsys.readouterr().out.strip().splitlines()))
    assert printed == as_csv(shown_by_query(example.stem, built_sample))


@pytest.fixture(scope="module")
def rscript() -> str:
    """The path of Rscript; skips where it or a package is absent."""
    rscript = shutil.which("Rscript")
    if not rscript:
        pytest.skip("R is not installed (Debian: r-base-core r-cran-dplyr r-cran-haven)")
    installed = "cat(all(sapply(commandArgs(TRUE), requireNamespace, quietly = TRUE)))"
    said = subprocess.run([rscript, "-e", installed, *R_PACKAGES], capture_output=True, text=True)
    if said.stdout != "TRUE":
        pytest.skip(f"R lacks one of {', '.join(R_PACKAGES)}")
    return rscript


@pytest.mark.parametrize("example", IN_R, ids=named)
def test_an_example_in_r_shows_what_its_query_shows(
    example: Path, rscript: str, workplace: Path, built_sample: Path
) -> None:
    script = example.relative_to(ROOT)
    done = subprocess.run([rscript, script], cwd=workplace, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    printed = list(csv.reader(done.stdout.splitlines()))
    assert printed == as_csv(shown_by_query(example.stem, built_sample))


@pytest.mark.parametrize("example", IN_STATA, ids=named)
def test_an_example_in_stata_names_variables_that_are_there(
    example: Path, workplace: Path, built_sample: Path
) -> None:
    code = re.sub(r"^\*.*\n|///\n", "", example.read_text(encoding="utf-8"), flags=re.M)
    read = {
        name
        for file in re.findall(r"data/\w+\.dta", code)
        for name in pd.io.stata.StataReader(workplace / file).variable_labels()
    }
    made = set(re.findall(r"\b(\w+) =|^rename \w+ (\w+)", code, flags=re.M))
    [figures] = re.findall(r"^do analyses/stata/public_figures\.do (.+)$", code, flags=re.M)
    of_query = shown_by_query(example.stem, built_sample).columns
    assert figures.split() == of_query[1:]
    assert all(len(name) <= 32 for name in of_query)

    without = re.sub(r'"[^"]*"|^tempfile .*$|`\w+\'|[\w/]+\.(dta|do)', "", code, flags=re.M)
    used = set(re.findall(r"\b[a-z_]\w*", without, flags=re.I)) - set(WORDS_OF_STATA.split())
    assert used - read - {name for names in made for name in names} - {of_query[-1]} == set()


def test_the_stata_files_of_the_guide_hold_every_table_with_its_labels(workplace: Path) -> None:
    """With whole names and labels, and every value as it was but for missing texts."""
    with duckdb.connect(workplace / "data" / "research.duckdb", read_only=True) as research:
        columns = research.sql(
            "select * from about.columns where table_schema <> 'about' order by position"
        ).df()
        for (schema, table), described in columns.groupby(["table_schema", "table_name"]):
            reader = pd.io.stata.StataReader(workplace / "data" / f"{schema}_{table}.dta")
            labels = dict(zip(described["column_name"], described["label"], strict=True))
            assert reader.variable_labels() == labels, table
            landed = research.table(f"{schema}.{table}").df()
            texts = landed.select_dtypes("object").columns
            landed[texts] = landed[texts].fillna("")
            numbers = landed.columns.difference(texts)
            landed[numbers] = landed[numbers].astype("float64")
            written = reader.read()
            written[numbers] = written[numbers].astype("float64")
            pd.testing.assert_frame_equal(written, landed, check_exact=True)


def test_each_approved_project_has_an_exposure_of_tables_that_it_may_have(built_sample: Path):
    declared = (ROOT / "models" / "marts" / "_projects.yml").read_text(encoding="utf-8")
    exposures = {one["name"]: one for one in yaml.safe_load(declared)["exposures"]}
    with (ROOT / "extracts/sample/governance/projects.csv").open(encoding="utf-8") as file:
        projects = {
            f"project_{one['project_id'].lower()}": one
            for one in csv.DictReader(file)
            if one["approved_on"] and one["contract_signed_on"] and one["purpose"] in PURPOSES
        }
    assert {name: (one["label"], one["owner"]["name"]) for name, one in exposures.items()} == {
        name: (one["title"], one["organisation"]) for name, one in projects.items()
    }
    with databases.connect(built_sample) as connection:
        columns = columns_of_people(connection)
    for name, project in projects.items():
        studies, domains = project["studies"].split(";"), project["domains"].split(";")
        plan = default(project["project_id"], columns, studies, domains)
        may_have = {f"{study}__{table}" for study in plan.tables for table in plan.tables[study]}
        has = set(re.findall(r"'(\w+)'", " ".join(exposures[name]["depends_on"])))
        assert {f"{study}__participants" for study in studies} <= has <= may_have, name
