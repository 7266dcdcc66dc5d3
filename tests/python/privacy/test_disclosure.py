"""One row per person: nobody is among too few, whatever is known of them, and little is lost.

Random tables are judged by hand, and what they show against every other way to generalise them.
"""

from __future__ import annotations

import random
from collections import Counter
from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studylink.release.generalisation import Anonymous, Hierarchy, Rules, anonymised

RULES = Rules(min_class_size=4, min_sensitive_values=2, max_share_blanked=0.2)
HIERARCHIES = [
    Hierarchy((("7", "8", "9", "10"), ("7 to 8", "7 to 8", "9 to 10", "9 to 10"))),
    Hierarchy(
        (("a", "b", "c", "d", "e"), ("ab", "ab", "c", "de", "de"), (*["abc"] * 3, *["de"] * 2))
    ),
    Hierarchy((("girl", "boy"),)),
]
SENSITIVE = 2

Row = tuple[int, ...]
Level = tuple[str, ...]
NOTHING = ""


@st.composite
def tables(draw: st.DrawFn) -> list[Row]:
    """Rows of up to 50 people, 0 for no value: some values are common, others rare."""
    people = draw(st.integers(RULES.min_class_size, 50))
    of = random.Random(draw(st.integers(0, 2**32)))
    common = of.random()
    most = [*(len(one.categories(0)) for one in HIERARCHIES), *[3] * SENSITIVE]
    return [
        tuple(1 if of.random() < common else of.randint(0, values) for values in most)
        for _ in range(people)
    ]


def shown(rows: list[Row], rules: Rules = RULES) -> Anonymous:
    values = np.array(rows, dtype=np.int64)
    quasi = len(HIERARCHIES)
    return anonymised(values[:, :quasi], HIERARCHIES, values[:, quasi:], rules)


def in_words(rows: list[Row], levels: Row) -> list[Level]:
    """The category of every quasi-identifier at these levels; nothing for no value."""
    return [
        tuple(
            hierarchy.levels[level][value - 1]
            if value and level < len(hierarchy.levels)
            else NOTHING
            for hierarchy, level, value in zip(HIERARCHIES, levels, row, strict=False)
        )
        for row in rows
    ]


def words_of(found: Anonymous) -> list[Level]:
    return [
        tuple(
            [NOTHING, *hierarchy.categories(level)][code]
            for hierarchy, level, code in zip(HIERARCHIES, found.levels, row, strict=True)
        )
        for row in found.quasi.tolist()
    ]


# --------------------------------------------------------------------------------------------------
# Read plainly: what blanking does, and what is lost
# --------------------------------------------------------------------------------------------------


def blanked(rows: list[Level], rules: Rules) -> list[Level]:
    """Values blanked of those in small classes, from the last column on."""
    for column in reversed(range(len(HIERARCHIES))):
        sizes = Counter(rows)
        rows = [
            (*row[:column], NOTHING, *row[column + 1 :])
            if sizes[row] < rules.min_class_size
            else row
            for row in rows
        ]
    nothing = (NOTHING,) * len(HIERARCHIES)
    while 0 < Counter(rows)[nothing] < rules.min_class_size:
        # what loses least; of several, any: they lose the same
        sizes = Counter(row for row in rows if row != nothing)
        joins = min(sizes, key=lambda row: (sizes[row] * sum(map(bool, row)), order(row)))
        rows = [nothing if row == joins else row for row in rows]
    return rows


def order(row: Level) -> list[int]:
    """The order of the categories, blanks first."""
    places = []
    for hierarchy, word in zip(HIERARCHIES, row, strict=True):
        (level,) = [one for one in hierarchy.levels if word in one][:1] or [()]
        places.append([NOTHING, *dict.fromkeys(level)].index(word))
    return places


def loss(rows: list[Row], shown_in_words: list[Level], rules: Rules) -> float:
    """The mean loss of all known values: of a category of several, the share that it covers."""
    lost = known = 0.0
    for row, words in zip(rows, shown_in_words, strict=True):
        for hierarchy, value, word in zip(HIERARCHIES, row, words, strict=False):
            if value:
                known += 1
                covers = [
                    len(set(np.array(hierarchy.levels[0])[np.array(level) == word]))
                    for level in hierarchy.levels
                    if word in level
                ]
                if not covers:
                    lost += 1
                elif covers[0] > 1:
                    lost += covers[0] / len(set(hierarchy.levels[0]))
    for column in range(len(HIERARCHIES), len(HIERARCHIES) + SENSITIVE):
        values = {
            words: {
                row[column]
                for row, others in zip(rows, shown_in_words, strict=True)
                if others == words and row[column]
            }
            for words in set(shown_in_words)
        }
        for row, words in zip(rows, shown_in_words, strict=True):
            if row[column]:
                known += 1
                lost += len(values[words]) < rules.min_sensitive_values
    return lost / known if known else 0.0


# --------------------------------------------------------------------------------------------------


@given(tables())
@settings(max_examples=150, deadline=None)
def test_no_class_of_a_random_table_is_small_or_tells_a_value(rows: list[Row]) -> None:
    found = shown(rows)
    people = found.quasi.tolist()
    columns = range(len(HIERARCHIES))
    for known in (subset for size in (1, 2, 3) for subset in combinations(columns, size)):
        sizes = Counter(tuple(row[column] for column in known) for row in people)
        assert min(sizes.values()) >= RULES.min_class_size
    classes: dict[Row, list[Row]] = {}
    for row, sensitive in zip(people, found.sensitive.tolist(), strict=True):
        classes.setdefault(tuple(row), []).append(sensitive)
    for members in classes.values():
        for column in range(SENSITIVE):
            values = {member[column] for member in members} - {0}
            assert not values or len(values) >= RULES.min_sensitive_values


@given(tables())
@settings(max_examples=150, deadline=None)
def test_a_value_is_shown_at_the_chosen_level_or_blanked_and_counted(rows: list[Row]) -> None:
    found = shown(rows)
    expected, words = in_words(rows, found.levels), words_of(found)
    changed = [
        [one != other for one, other in zip(word, known, strict=True)]
        for word, known in zip(words, expected, strict=True)
    ]
    for word, is_changed in zip(words, changed, strict=True):
        assert all(not one for one, other in zip(word, is_changed, strict=True) if other)
    sensitive = np.array(rows)[:, len(HIERARCHIES) :]
    is_lost = found.sensitive != sensitive
    assert not found.sensitive[is_lost].any()
    assert found.blanked == (*np.sum(changed, axis=0), *is_lost.sum(axis=0))
    assert found.people_blanked == sum(map(any, changed))
    assert found.people_blanked <= RULES.max_share_blanked * len(rows)


@given(tables())
@settings(max_examples=60, deadline=None)
def test_no_other_levels_lose_less(rows: list[Row]) -> None:
    found = shown(rows)
    losses = {}
    for levels in product(*(range(len(one.levels) + 1) for one in HIERARCHIES)):
        recoded = in_words(rows, levels)
        kept = blanked(recoded, RULES)
        sizes = Counter(recoded)
        small = sum(size for size in sizes.values() if size < RULES.min_class_size)
        touched = sum(one != other for one, other in zip(kept, recoded, strict=True))
        if max(small, touched) <= RULES.max_share_blanked * len(rows):
            losses[levels] = loss(rows, kept, RULES)
    assert found.loss == pytest.approx(min(losses.values()))
    assert found.loss == pytest.approx(losses[found.levels])
    assert found.loss == pytest.approx(loss(rows, words_of(found), RULES))


def test_what_is_shown_does_not_depend_on_the_order_of_people() -> None:
    draw = random.Random(7)
    rows = [
        (draw.randint(0, 4), draw.randint(0, 5), draw.randint(0, 2), draw.randint(0, 3), 1)
        for _ in range(60)
    ]
    first, last = shown(rows), shown(rows[::-1])
    assert first.levels == last.levels
    assert first.quasi.tolist() == last.quasi.tolist()[::-1]
    assert first.sensitive.tolist() == last.sensitive.tolist()[::-1]


def test_a_table_in_which_everybody_is_alike_keeps_what_it_says() -> None:
    rows = [(1, 2, 1, 1, 1 + number % 2) for number in range(RULES.min_class_size)]
    found = shown(rows)
    assert found.levels == (0, 0, 0)
    assert {tuple(row) for row in found.quasi.tolist()} == {(1, 2, 1)}
    # one value for a whole class would be known of each; two are not
    assert found.sensitive.tolist() == [[0, 1 + number % 2] for number in range(len(rows))]


def test_a_few_are_blanked_before_everybody_is_generalised() -> None:
    rows = [(1 + number % 2, 1, 1, 1, 1) for number in range(40)]
    found = shown([*rows, (3, 1, 1, 1, 1), (3, 1, 1, 1, 1), (3, 1, 1, 1, 1), (3, 1, 1, 1, 1)])
    assert (found.levels, found.people_blanked) == ((0, 0, 0), 0)
    found = shown([*rows, (3, 5, 1, 1, 1)])
    # with fewer alike than a class has, one more class is blanked whole: too many
    assert found.people_blanked == 0
    assert found.levels != (0, 0, 0)
    found = shown([*rows, *[(3, 5, 1, 1, 1)] * 3, (4, 4, 2, 1, 1)])
    assert (found.levels, found.people_blanked) == ((0, 0, 0), 4)


def test_fewer_people_than_a_class_may_have_are_refused() -> None:
    with pytest.raises(ValueError, match="too few people"):
        shown([(1, 1, 1, 1, 1)] * (RULES.min_class_size - 1))


def test_a_level_that_splits_a_category_is_refused() -> None:
    with pytest.raises(ValueError, match="split"):
        Hierarchy((("a", "a", "b"), ("x", "y", "y")))
