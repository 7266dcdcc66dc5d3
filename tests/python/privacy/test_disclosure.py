"""The control of one table: nobody is in too small a class, whatever somebody knows about them."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import combinations

import duckdb
import pytest

from tests.python.lib.rendering import rendered

FEWEST_PEOPLE, FEWEST_VALUES = 10, 2
RANDOM_TABLES = 40
QUASI = ["start_year", "is_ended", "end_year", "start_month", "end_month"]
SENSITIVE = ["benefit_type", "weekly_amount"]
TELLS = {
    "start_month": ["start_year"],
    "end_year": ["is_ended"],
    "end_month": ["end_year", "is_ended"],
}
"""Columns of the table, each with those that can be read from it."""
CONTROLLED = f"""
with

published as (
    select * from landed
),

disclosure_control as (
    select {FEWEST_PEOPLE} as min_class_size, {FEWEST_VALUES} as min_sensitive_values
),

{rendered("disclosure_controlled", "published", QUASI, [[column] for column in SENSITIVE], TELLS)}

select * from published_controlled
"""


def random_rows(seed: int) -> list[tuple]:
    """Rows of up to 60 people: a few large values, many rare ones, and blanks."""
    draw = random.Random(seed)
    people = draw.randint(1, 60)
    rare = [None, *range(2010, 2016), *[2020] * draw.randint(1, 40)]
    return [
        (
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
    "research_id", "benefit_type", "start_year", "end_year", "start_month", "end_month",
    "is_ended", "weekly_amount",
]  # fmt: skip


def controlled(rows: list[tuple]) -> list[dict[str, object]]:
    """What is left of these rows."""
    with duckdb.connect() as connection:
        connection.execute(
            "create table landed (research_id text, benefit_type text, start_year int, "
            "end_year int, start_month text, end_month text, is_ended boolean, "
            "weekly_amount double)"
        )
        if rows:
            connection.executemany("insert into landed values (?, ?, ?, ?, ?, ?, ?, ?)", rows)
        relation = connection.sql(CONTROLLED)
        return [dict(zip(relation.columns, row, strict=True)) for row in relation.fetchall()]


def classes_of(rows: list[dict], known: tuple[str, ...]) -> Iterator[tuple[tuple, list[dict]]]:
    groups: dict[tuple, list[dict]] = defaultdict(list)
    for row in rows:
        groups[tuple(row[column] for column in known)].append(row)
    yield from groups.items()


@pytest.mark.parametrize("seed", range(RANDOM_TABLES))
def test_no_class_of_a_random_table_is_small_or_tells_a_value(seed: int) -> None:
    landed = random_rows(seed)
    rows = controlled(landed)
    everybody = {row["research_id"] for row in rows}
    for size in range(1, len(QUASI) + 1):
        for known in combinations(QUASI, size):
            for values, members in classes_of(rows, known):
                people = {row["research_id"] for row in members}
                assert len(people) >= FEWEST_PEOPLE or (
                    people == everybody and set(values) == {None}
                )
    for column, others in TELLS.items():
        assert not [row for row in rows if row[column] is not None and None in map(row.get, others)]
    for _, members in classes_of(rows, tuple(QUASI)):
        people = {row["research_id"] for row in members}
        for column in SENSITIVE:
            shown = {row[column] for row in members} - {None}
            assert not shown or (len(shown) >= FEWEST_VALUES and len(people) >= FEWEST_PEOPLE)
    # rows are never dropped, and values only ever blanked
    left = [dict(zip(COLUMNS, row, strict=True)) for row in landed]
    assert Counter(row["research_id"] for row in rows) == Counter(
        row["research_id"] for row in left
    )
    for column in QUASI + SENSITIVE:
        shown = Counter(row[column] for row in rows if row[column] is not None)
        assert shown <= Counter(row[column] for row in left)


def test_a_table_in_which_everybody_is_alike_keeps_what_it_says() -> None:
    alike = ("A", 2020, 2021, "2020-01", "2021-01", True)
    landed = [(f"person {number}", *alike, float(number % 2)) for number in range(10)]
    rows = controlled(landed)
    assert {(row["start_month"], row["end_month"]) for row in rows} == {("2020-01", "2021-01")}
    # one benefit for a whole class would be known of each; amounts differ
    assert {row["benefit_type"] for row in rows} == {None}
    assert {row["weekly_amount"] for row in rows} == {0.0, 1.0}
    assert {row["start_year"] for row in controlled(landed[:9])} == {None}
