"""Figures that may leave the secure place give away no small count, and nobody's leaving.

Public are the models of which a column has the data test `public_count`, and every query in
`analyses/`. Their columns are of three kinds, by type: counts (bigint), what is computed from
counts (double), and categories (text, and integers that are no counts).
"""

from __future__ import annotations

import csv
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import permutations
from math import isclose, sqrt
from pathlib import Path

import pytest
from scipy.stats import binomtest

from studylink import databases
from studylink.manifest import Manifest
from tests.python.lib import project
from tests.python.lib.project import ROOT
from tests.python.lib.worlds import FIVE, SEND

COUNT, COMPUTED, CATEGORIES = "BIGINT", "DOUBLE", ("VARCHAR", "INTEGER")
AS_OF, DAY_BEFORE = "2026-06-30T00:00:00Z", "2026-06-29T00:00:00Z"
ANALYSES = sorted((ROOT / "analyses").glob("*.sql"))
SHARES = {1: 0.00005, 100: 0.5}
"""Of how many a share is given, and how far rounding may take it from what it is."""


@dataclass
class Table:
    """A public table: its columns with their types, and its rows."""

    types: dict[str, str]
    rows: list[dict[str, object]]

    def columns(self, *types: str) -> list[str]:
        return [column for column, kind in self.types.items() if kind in types]

    def by_category(self) -> dict[tuple, dict[str, object]]:
        keys = self.columns(*CATEGORIES)
        found = {tuple(row[column] for column in keys): row for row in self.rows}
        assert len(found) == len(self.rows), "categories distinguish rows"
        return found


def public_models(manifest: Manifest) -> list[str]:
    """The ids of the models of which a column is tested as a public count."""
    return sorted(
        {
            parent
            for test in manifest.of_kind("test")
            if test.name.startswith("public_count_")
            for parent in test.parents
            if manifest.nodes[parent].kind == "model"
        }
    )


def public_tables(target: Path, data: Path) -> dict[str, Table]:
    """Every public table as the project compiled in `target` shows it of what is in `data`.

    A researcher's query sees the research database alone.
    """
    manifest = Manifest(target)
    queries = {
        manifest.nodes[model].name: f"from {manifest.nodes[model].relation}"
        for model in public_models(manifest)
    } | {
        path.stem: (target / "compiled" / "studylink" / "analyses" / path.name).read_text()
        for path in ANALYSES
    }
    tables = {}
    for name, query in queries.items():
        with databases.connect(data) as connection:
            if name in {path.stem for path in ANALYSES} and not name.startswith("governance_"):
                connection.execute("use research; detach study; detach vault")
            relation = connection.sql(query)
            types = dict(zip(relation.columns, map(str, relation.types), strict=True))
            rows = [dict(zip(types, row, strict=True)) for row in relation.fetchall()]
        tables[name] = Table(types, rows)
    return tables


@pytest.fixture(scope="module")
def manifest(built_sample: Path) -> Manifest:
    return Manifest(built_sample / "target")


@pytest.fixture(scope="module")
def base(built_sample: Path) -> int:
    [(base,)] = project.study_rows(
        built_sample, "select round_counts_to from policy.disclosure_control"
    )
    return base


@pytest.fixture(scope="module")
def figures(built_sample: Path) -> dict[str, Table]:
    return public_tables(built_sample / "target", built_sample)


def objecting(data: Path, study: str) -> str:
    """A child of a study who counts in every step of every domain."""
    [(child,)] = project.study_rows(
        data,
        f"""
        select min(participant_id)
        from (
            select participant_id
            from intermediate.int_steps_reached
            inner join intermediate.int_participants using (study, participant_id)
            where study = '{study}' and not is_adult
            group by participant_id
            having min(last_step) = 8
        )
        """,
    )
    assert child
    return child


@pytest.fixture(scope="module")
def built_after_objections(built_sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample once a child of either study has objected: no figure is of two studies."""
    folder = tmp_path_factory.mktemp("objections")
    extracts = shutil.copytree(ROOT / "extracts" / "sample", folder / "extracts")
    for study in (FIVE, SEND):
        child = objecting(built_sample, study)
        path = extracts / "surveys" / study / "requests.csv"
        with path.open(encoding="utf-8", newline="") as file:
            columns = next(csv.reader(file))
        with path.open("a", encoding="utf-8", newline="") as file:
            csv.DictWriter(file, columns, lineterminator="\n").writerow(
                {
                    **{"study": study, "request_id": "OBJECTS", "made_by": child, "about": child},
                    **{"scope": "person", "domain": "all", "request_type": "object"},
                    "received_at": DAY_BEFORE,
                }
            )
    building = project.all_models(extracts, folder / "data", AS_OF)
    [(objections,)] = project.rows_of(
        building / "study.duckdb",
        "select count(*) from governance.request_outcomes "
        "where request_id = 'OBJECTS' and starts_with(outcome, 'honoured')",
    )
    assert objections == 2
    return building


@pytest.fixture(scope="module")
def after_objections(built_sample: Path, built_after_objections: Path) -> dict[str, Table]:
    return public_tables(built_sample / "target", built_after_objections)


# --------------------------------------------------------------------------------------------------
# What is public
# --------------------------------------------------------------------------------------------------


def test_research_tables_without_ids_are_public(manifest: Manifest) -> None:
    assert {table.id for table in manifest.tables_of_counts()} <= set(public_models(manifest))


def test_every_count_of_a_public_table_is_tested_in_every_build(manifest: Manifest) -> None:
    tested = {test.name for test in manifest.of_kind("test")}
    models = [manifest.nodes[model] for model in public_models(manifest)]
    assert {"consent_flow", "requests_by_outcome"} <= {model.name for model in models}
    assert [
        f"{model.name}.{column}"
        for model in models
        for column, kind in model.types.items()
        if kind.upper() == COUNT and f"public_count_{model.name}_{column}" not in tested
    ] == []


# --------------------------------------------------------------------------------------------------
# Each table by itself
# --------------------------------------------------------------------------------------------------


def kinds_unknown(tables: dict[str, Table]) -> list[str]:
    return [
        f"{name}.{column}: {kind}"
        for name, table in tables.items()
        for column, kind in table.types.items()
        if kind not in (COUNT, COMPUTED, *CATEGORIES)
    ]


def exact(tables: dict[str, Table], base: int) -> list[str]:
    """Columns in which a count is small, or not rounded."""
    return sorted(
        {
            f"{name}.{column}"
            for name, table in tables.items()
            for column in table.columns(COUNT)
            for row in table.rows
            if row[column] is not None and (row[column] < base or row[column] % base)
        }
    )


def test_every_count_is_rounded_or_withheld(figures: dict[str, Table], base: int) -> None:
    assert kinds_unknown(figures) == []
    assert exact(figures, base) == []
    for name, table in figures.items():
        shown = [row for row in table.rows for c in table.columns(COUNT) if row[c] is not None]
        assert shown, name


def wilson(row: dict, side: str) -> float:
    interval = binomtest(row["children_matched"], row["children"]).proportion_ci(method="wilson")
    return getattr(interval, side)


def standardised(row: dict, everyone: dict) -> float:
    one = row["children_matched"] / everyone["children_matched"]
    other = row["children_not_matched"] / everyone["children_not_matched"]
    return (one - other) / sqrt((one * (1 - one) + other * (1 - other)) / 2)


def share(part: str, whole: str, of: int) -> Callable[[dict, dict], float]:
    return lambda row, _: of * row[part] / row[whole]


FORMULAS: dict[str, Callable[[dict, dict], float]] = {
    "match_rate_low": lambda row, _: wilson(row, "low"),
    "match_rate_high": lambda row, _: wilson(row, "high"),
    "standardised_difference": standardised,
}
"""What is no share of two counts, from the row and that of everyone."""


def computed(formula: Callable[[dict, dict], float], row: dict, everyone: dict) -> float | None:
    """What a formula gives; none where a count that it takes is withheld, or nothing varies."""
    try:
        return formula(row, everyone)
    except (TypeError, ZeroDivisionError):
        return None


def agrees(value: float | None, expected: float | None, within: float) -> bool:
    if value is None or expected is None:
        return value is expected
    return isclose(value, expected, rel_tol=0, abs_tol=within + 1e-9)


def is_computed(table: Table, column: str) -> bool:
    """Whether a column is what the counts beside it come to, in every row."""
    everyone = {row.get("study"): row for row in table.rows if row.get("characteristic") == "all"}

    def comes_to(formula: Callable[[dict, dict], float], within: float) -> bool:
        return all(
            agrees(row[column], computed(formula, row, everyone.get(row.get("study"), {})), within)
            for row in table.rows
        )

    if column in FORMULAS:
        return comes_to(FORMULAS[column], 0.00005)
    return any(
        comes_to(share(part, whole, of), within)
        for part, whole in permutations(table.columns(COUNT), 2)
        for of, within in SHARES.items()
    )


def not_computed(tables: dict[str, Table]) -> Iterator[str]:
    for name, table in tables.items():
        for column in table.columns(COMPUTED):
            if not is_computed(table, column):
                yield f"{name}.{column}"


def test_every_other_figure_is_computed_from_rounded_counts(figures: dict[str, Table]) -> None:
    assert sum(len(table.columns(COMPUTED)) for table in figures.values()) > 10
    assert list(not_computed(figures)) == []


# --------------------------------------------------------------------------------------------------
# Two builds
# --------------------------------------------------------------------------------------------------


def test_no_figure_of_two_builds_gives_away_who_objected(
    figures: dict[str, Table],
    after_objections: dict[str, Table],
    base: int,
) -> None:
    assert exact(after_objections, base) == []
    assert list(not_computed(after_objections)) == []
    few = []
    for name, before in figures.items():
        rows, later = before.by_category(), after_objections[name].by_category()
        # a row without a count follows from policy alone: it comes or goes with nobody
        for key in rows.keys() ^ later.keys():
            row = rows.get(key) or later[key]
            assert any(row[column] is not None for column in before.columns(COUNT)), name
        for key in rows.keys() & later.keys():
            for column in before.columns(COUNT):
                counts = rows[key][column], later[key][column]
                if None not in counts and 0 < abs(counts[0] - counts[1]) < base:
                    few.append(f"{name}.{column}")
    assert few == []


def rows_of_people(manifest: Manifest, data: Path) -> dict[str, Counter]:
    with databases.connect(data) as connection:
        return {
            f"{table.schema}.{table.alias}": Counter(
                connection.execute(f"from {table.relation}").fetchall()
            )
            for table in manifest.tables_of_people()
        }


def test_what_a_row_shows_does_not_depend_on_other_families(
    manifest: Manifest, built_sample: Path, built_after_objections: Path
) -> None:
    """Rows come and go with those who objected and their families; every other is as it was."""
    before, after = (
        rows_of_people(manifest, data) for data in (built_sample, built_after_objections)
    )
    with databases.connect(built_sample) as connection:
        theirs = {
            research_id
            for ids in connection.execute(
                """
                select research_id, record_research_id
                from vault.main.pseudonyms
                where (study, family_id) in (
                    select (study, family_id)
                    from study.intermediate.int_participants
                    where study || '/' || participant_id in (select unnest(?))
                )
                """,
                [[f"{study}/{objecting(built_sample, study)}" for study in (FIVE, SEND)]],
            ).fetchall()
            for research_id in ids
        }
    changed = 0
    for table, rows in before.items():
        differing = (rows - after[table]) + (after[table] - rows)
        changed += differing.total()
        # the first column of every table is whose row it is
        assert [row for row in differing if row[0] not in theirs] == [], table
    assert changed > 10
