"""Nobody in a research table stands in too small a class, whatever part of it somebody knows."""

from __future__ import annotations

import ast
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import duckdb
import pytest

from studylink import databases
from studylink.proofs.manifest import Manifest, Node
from tests.python.lib.project import ROOT

FEWEST_PEOPLE, FEWEST_VALUES = 10, 2
MART = "five_to_twelve__benefit_spells"
RANDOM_TABLES = 40
TELLS = {
    "start_month": ["start_year"],
    "end_year": ["is_ended"],
    "end_month": ["end_year", "is_ended"],
}
"""Columns of that mart, each with those that can be read from it."""


def classed(mart: Node, kind: str) -> list[str]:
    return [column for column, declared in mart.classes().items() if declared == kind]


@pytest.fixture(scope="session")
def manifest(built_sample: Path) -> Manifest:
    return Manifest(built_sample / "target")


# --------------------------------------------------------------------------------------------------
# The published sample
# --------------------------------------------------------------------------------------------------


def test_every_three_things_known_of_a_person_are_true_of_ten(
    built_sample: Path, manifest: Manifest
) -> None:
    singled_out, subsets = [], 0
    with databases.connect(built_sample) as connection:
        for mart in manifest.tables_of_people():
            for known in combinations(classed(mart, "quasi"), 3):
                columns = ", ".join(known)
                subsets += 1
                (fewest,) = connection.execute(
                    f"""
                    select min(people)
                    from (
                        select count(distinct research_id) as people
                        from {mart.relation}
                        where {" is not null and ".join(known)} is not null
                        group by {columns}
                    )
                    """
                ).fetchone()
                if fewest is not None and fewest < FEWEST_PEOPLE:
                    singled_out.append(f"{mart.schema}.{mart.alias}: {columns}")
    assert subsets > 300
    assert singled_out == []


def test_every_research_table_has_quasi_identifiers_and_all_that_are_named_are_among_them(
    manifest: Manifest,
) -> None:
    named = {
        "role", "age_band", "child_gender", "ethnic_group", "ethnic_group_major", "region",
        "household_size", "tenure", "school_phase", "primary_sen_type", "child_send_need",
        "age_in_year",
    }  # fmt: skip
    for mart in manifest.tables_of_people():
        quasi = set(classed(mart, "quasi"))
        assert quasi, mart.name
        expected = {
            column
            for column in mart.columns
            if column in named or re.search(r"_month$|(?<!pay_in)_year$", column)
        }
        assert expected <= quasi, mart.name


def test_a_mart_controls_the_columns_that_it_declares(manifest: Manifest) -> None:
    for mart in manifest.tables_of_people():
        call = re.search(
            r"disclosure_controlled\((.*?)\n\) }}", (ROOT / mart.path).read_text(), re.DOTALL
        )
        said = ast.parse(f"control({call[1]})", mode="eval").body
        controlled = {one.arg: ast.literal_eval(one.value) for one in said.keywords}
        assert sorted(controlled["quasi_identifiers"]) == sorted(classed(mart, "quasi")), mart.name
        sensitive = [column for group in controlled.get("sensitive", []) for column in group]
        assert sorted(sensitive) == sorted(classed(mart, "sensitive")), mart.name
        declared = {
            column: meta["tells"] for column, meta in mart.columns.items() if "tells" in meta
        }
        assert controlled.get("tells", {}) == declared, mart.name
        order = controlled["quasi_identifiers"] + sensitive
        for column, others in declared.items():
            assert max(map(order.index, others)) < order.index(column), f"{mart.name}.{column}"


def test_a_month_tells_its_year_and_an_end_that_something_ended(manifest: Manifest) -> None:
    """The pairs that names give away; others are declared where somebody thought of them."""
    for mart in manifest.tables_of_people():
        for column, meta in mart.columns.items():
            stem, _, kind = column.rpartition("_")
            said = {"end": "is_ended", "left": "is_left"}.get(stem)
            expected = {f"{stem}_year"} if kind == "month" else set()
            expected |= {said} if said and kind in ("month", "year") else set()
            assert expected & set(mart.columns) <= set(meta.get("tells", [])), (mart.name, column)


def test_what_was_blanked_is_told_of_every_column_that_may_be(
    built_sample: Path, manifest: Manifest
) -> None:
    controlled = {
        (mart.schema, mart.alias, column)
        for mart in manifest.tables_of_people()
        for column in classed(mart, "quasi") + classed(mart, "sensitive")
    }
    with databases.connect(built_sample) as connection:
        told = connection.execute("from study.governance.values_blanked").fetchall()
        assert {row[:3] for row in told} == controlled
        for schema, table, column, before, published, blanked in told:
            (found,) = connection.execute(
                f"select count({column}) from research.{schema}.{table}"
            ).fetchone()
            assert published == (found + 5) // 10 * 10 or (published is None and found < 10)
            # three counts, each rounded by itself
            assert abs((before or 0) - (published or 0) - (blanked or 0)) <= 20
    assert sum(row[-1] or 0 for row in told) > 0


# --------------------------------------------------------------------------------------------------
# Random tables, controlled by the SQL of a mart and judged by hand
# --------------------------------------------------------------------------------------------------


def random_rows(seed: int) -> list[tuple]:
    """Rows of up to 60 people: a few large values, many rare ones, and blanks."""
    draw = random.Random(seed)
    people = draw.randint(1, 60)
    rare = [None, *range(2010, 2016), *[2020] * draw.randint(1, 40)]
    return [
        (
            "five_to_twelve",
            f"person {draw.randrange(people)}",
            draw.choice(["A", "A", "B", None]),
            draw.choice(rare),
            draw.choice(rare),
            draw.choice([None, "2020-01", "2020-02", "2020-03"]),
            draw.choice([None, "2021-01", "2021-01", "2021-02"]),
            draw.random() < 0.5,
            draw.choice([1.0, 1.0, 1.0, 2.0]),
        )
        for _ in range(draw.randint(0, 200))
    ]


COLUMNS = [
    "study", "research_id", "benefit_type", "start_year", "end_year", "start_month", "end_month",
    "is_ended", "weekly_amount",
]  # fmt: skip


def controlled_by(sql: str, rows: list[tuple]) -> list[dict[str, object]]:
    """What the mart makes of rows that were described as these."""
    with duckdb.connect() as connection:
        connection.execute(
            "attach ':memory:' as study; create schema study.intermediate; "
            "create schema study.policy; create table study.policy.disclosure_control as "
            f"select {FEWEST_PEOPLE} as min_class_size, {FEWEST_VALUES} as min_sensitive_values; "
            "create table study.intermediate.int_benefit_spells_deidentified (study text, "
            "research_id text, benefit_type text, start_year int, end_year int, start_month text, "
            "end_month text, is_ended boolean, weekly_amount double)"
        )
        if rows:
            connection.executemany(
                "insert into study.intermediate.int_benefit_spells_deidentified values "
                "(?, ?, ?, ?, ?, ?, ?, ?, ?)",
                rows,
            )
        relation = connection.sql(sql)
        return [dict(zip(relation.columns, row, strict=True)) for row in relation.fetchall()]


def classes_of(rows: list[dict], known: tuple[str, ...]) -> Iterator[tuple[tuple, list[dict]]]:
    groups: dict[tuple, list[dict]] = defaultdict(list)
    for row in rows:
        groups[tuple(row[column] for column in known)].append(row)
    yield from groups.items()


@pytest.fixture(scope="module")
def mart(manifest: Manifest) -> Node:
    return manifest.named(MART)


@pytest.mark.parametrize("seed", range(RANDOM_TABLES))
def test_no_class_of_a_random_table_is_small_or_tells_a_value(mart: Node, seed: int) -> None:
    landed = random_rows(seed)
    rows = controlled_by(mart.sql, landed)
    quasi, sensitive = classed(mart, "quasi"), classed(mart, "sensitive")
    everybody = {row["research_id"] for row in rows}
    for size in range(1, len(quasi) + 1):
        for known in combinations(quasi, size):
            for values, members in classes_of(rows, known):
                people = {row["research_id"] for row in members}
                assert len(people) >= FEWEST_PEOPLE or (
                    people == everybody and set(values) == {None}
                )
    for column, others in TELLS.items():
        assert not [row for row in rows if row[column] is not None and None in map(row.get, others)]
    for _, members in classes_of(rows, tuple(quasi)):
        people = {row["research_id"] for row in members}
        for column in sensitive:
            told = {row[column] for row in members} - {None}
            assert not told or (len(told) >= FEWEST_VALUES and len(people) >= FEWEST_PEOPLE)
    # rows are never dropped, and values only ever blanked
    left = [dict(zip(COLUMNS, row, strict=True)) for row in landed]
    assert Counter(row["research_id"] for row in rows) == Counter(
        row["research_id"] for row in left
    )
    for column in quasi + sensitive:
        told = Counter(row[column] for row in rows if row[column] is not None)
        assert told <= Counter(row[column] for row in left)


def test_a_table_in_which_everybody_is_alike_keeps_what_it_says(mart: Node) -> None:
    alike = ("A", 2020, 2021, "2020-01", "2021-01", True)
    landed = [
        ("five_to_twelve", f"person {number}", *alike, float(number % 2)) for number in range(10)
    ]
    rows = controlled_by(mart.sql, landed)
    assert {(row["start_month"], row["end_month"]) for row in rows} == {("2020-01", "2021-01")}
    # one benefit for all of a class would be told of each; amounts differ
    assert {row["benefit_type"] for row in rows} == {None}
    assert {row["weekly_amount"] for row in rows} == {0.0, 1.0}
    assert {row["start_year"] for row in controlled_by(mart.sql, landed[:9])} == {None}
