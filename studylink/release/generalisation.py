"""One row per person, made k-anonymous and l-diverse at the least loss.

Quasi-identifiers are first generalised, each column as a whole, to one level of its hierarchy
(global recoding: Samarati, 2001). Of all combinations of levels that leave at most a declared share
of people in classes that are too small, the one that loses least is chosen; the search is exact,
and leaves out what cannot be, as Incognito (LeFevre, DeWitt and Ramakrishnan, 2005) and OLA (El
Emam et al., 2009) do. Only then are values blanked of those who still stand among too few. Last, a
sensitive column is blanked in the classes in which too few of its values are seen (distinct
l-diversity: Machanavajjhala et al., 2007).

Loss is the normalised certainty penalty (Xu et al., 2006): a value loses nothing as it is, in a
category of several the share of all values that the category covers, and everything where nothing
is shown. The loss of a table is the mean over all values that were known.

Values are small numbers, from 1; 0 is no value, blanked or never known, and counts as a value of
its own. So whatever an intruder knows of somebody, any part of it included, at least k rows show
the same.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.int64]


@dataclass(frozen=True)
class Hierarchy:
    """The categories of one column: `levels` has, for each, the category of every finest one.

    The finest level stands first. After the coarsest there is one more, at which nothing is shown.
    Raises `ValueError` where a category is split by a coarser level.
    """

    levels: tuple[tuple[str, ...], ...]

    def __post_init__(self) -> None:
        """Check that each level is made of whole categories of the one before it."""
        for finer, coarser in pairwise(self.levels):
            if len(set(zip(finer, coarser, strict=True))) != len(set(finer)):
                raise ValueError("a category is split by a coarser level")

    def categories(self, level: int) -> list[str]:
        """What a level shows, in the order of the hierarchy; nothing at the last."""
        return list(dict.fromkeys(self.levels[level])) if level < len(self.levels) else []

    @property
    def coded(self) -> list[Codes]:
        """Of each level: the number of a category, by the number at the finest level."""
        numbered = [
            [0, *(categories.index(one) + 1 for one in of_finest)]
            for categories, of_finest in (
                (self.categories(level), self._of_finest(level))
                for level in range(len(self.levels))
            )
        ]
        return [np.array(one, dtype=np.int64) for one in [*numbered, [0] * len(numbered[0])]]

    @property
    def penalties(self) -> list[NDArray[np.float64]]:
        """Of each level: what a value loses at it, by its number at the finest level."""
        known = len(self.categories(0))
        penalties = []
        for codes in self.coded:
            covered = np.bincount(codes[1:])[codes]
            lost = np.where(codes == 0, 1.0, np.where(covered == 1, 0.0, covered / known))
            lost[0] = 0.0
            penalties.append(lost)
        return penalties

    def _of_finest(self, level: int) -> list[str]:
        finest = dict(zip(self.levels[0], self.levels[level], strict=True))
        return [finest[one] for one in self.categories(0)]


@dataclass(frozen=True)
class Rules:
    """Fewest people alike, fewest sensitive values among them, and the share that may be blanked.

    That is the share of people who may stand in too small a class before blanking, and of whom a
    quasi-identifier may be blanked: with them, where too few show nothing, those of another class.
    """

    min_class_size: int
    min_sensitive_values: int
    max_share_blanked: float


@dataclass(frozen=True)
class Anonymous:
    """What is shown of each person, in the order in which they were given.

    `levels` are those chosen; `quasi` and `sensitive` have the numbers of categories at them.
    `blanked` counts, by column, quasi-identifiers first, the people of whom a value was blanked
    that its level shows, `people_blanked` those of whom any quasi-identifier was; `loss` is of all.
    """

    levels: tuple[int, ...]
    quasi: Codes
    sensitive: Codes
    blanked: tuple[int, ...]
    people_blanked: int
    loss: float


def anonymised(
    quasi: Codes, hierarchies: Sequence[Hierarchy], sensitive: Codes, rules: Rules
) -> Anonymous:
    """Generalise and blank people's values, so that nobody stands in too small a class.

    `quasi` has a row per person and a column per hierarchy, the most worth keeping first, with the
    numbers of categories at the finest level; `sensitive` likewise, and has no hierarchies. Raises
    `ValueError` where all people are fewer than a class may have.
    """
    if len(quasi) < rules.min_class_size:
        raise ValueError("too few people for a class")
    return _Search(quasi, hierarchies, sensitive, rules).best()


@dataclass(frozen=True)
class _Shown:
    """What is shown of each combination of values, and what is lost by it, in values."""

    levels: tuple[int, ...]
    quasi: Codes
    sensitive_blanked: list[NDArray[np.bool_]]
    lost: float


class _Search:
    """The lattice of levels over one table, whose people are counted by combination of values."""

    def __init__(
        self, quasi: Codes, hierarchies: Sequence[Hierarchy], sensitive: Codes, rules: Rules
    ) -> None:
        self.rules = rules
        self.sensitive = sensitive
        self.of_person = _classes(quasi.T, len(quasi))
        _, first = np.unique(self.of_person, return_index=True)
        self.combinations = quasi[first]
        self.people = np.bincount(self.of_person)
        self.coded = [hierarchy.coded for hierarchy in hierarchies]
        self.penalties = [hierarchy.penalties for hierarchy in hierarchies]
        self.known = np.count_nonzero(quasi) + np.count_nonzero(sensitive)
        self.of_sensitive = [self._counted(column) for column in sensitive.T]

    def best(self) -> Anonymous:
        """What loses least; of what loses the same, the finer level of the earlier column."""
        best: _Shown | None = None
        for lost, levels in sorted((self._lost_by(one), one) for one in self._few_blanked()):
            if best and lost >= best.lost:
                break
            shown = self._shown(levels, lost)
            if shown and (best is None or shown.lost < best.lost):
                best = shown
        assert best, "at the last level of all, everybody is alike"
        return self._of_people(best)

    def _few_blanked(self) -> Iterator[tuple[int, ...]]:
        """The combinations of levels at which few enough people stand in too small a class.

        Classes only grow with a coarser level, and with a column less. So what leaves too many at
        some levels of the first columns leaves them at finer ones, whatever the others show.
        """

        def descend(levels: tuple[int, ...], classes: Codes) -> Iterator[tuple[int, ...]]:
            column = len(levels)
            if column == len(self.coded):
                yield levels
                return
            for level in reversed(range(len(self.coded[column]))):
                finer = _classes(
                    [classes, self.coded[column][level][self.combinations[:, column]]],
                    len(classes),
                )
                if not self._are_few(self.people[self._is_small(finer)].sum()):
                    return
                yield from descend((*levels, level), finer)

        return descend((), np.zeros(len(self.people), dtype=np.int64))

    def _shown(self, levels: tuple[int, ...], lost: float) -> _Shown | None:
        """What is shown at these levels, which lose so much; None where too much is blanked."""
        recoded = self._recoded(levels)
        shown = self._blanked(recoded)
        is_blanked = (shown == 0) & (recoded != 0)
        if not self._are_few(self.people[is_blanked.any(axis=1)].sum()):
            return None
        for column, level in enumerate(levels):
            penalties = self.penalties[column][level][self.combinations[:, column]]
            lost += ((1 - penalties) * self.people)[is_blanked[:, column]].sum()
        classes = _classes(shown.T, len(shown))
        alike: list[NDArray[np.bool_]] = []
        for combinations, values, people in self.of_sensitive:
            above = values.max(initial=0) + 1
            pairs = np.unique(classes[combinations] * above + values)
            different = np.bincount(pairs // above, minlength=classes.max() + 1)
            alike.append(different[classes] < self.rules.min_sensitive_values)
            lost += people[alike[-1][combinations]].sum()
        return _Shown(levels, shown, alike, lost)

    def _recoded(self, levels: Sequence[int]) -> Codes:
        recoded = np.empty_like(self.combinations)
        for column, level in enumerate(levels):
            recoded[:, column] = self.coded[column][level][self.combinations[:, column]]
        return recoded

    def _blanked(self, recoded: Codes) -> Codes:
        """Values blanked in classes that are too small, the last column first, until none is.

        Those of small classes alone lose a value, all of a class alike, so that the others only
        grow. If in the end too few show nothing at all, the class that loses least joins them.
        """
        shown = recoded.copy()
        for column in reversed(range(shown.shape[1])):
            is_small = self._is_small(_classes(shown.T, len(shown)))
            if not is_small.any():
                return shown
            shown[is_small, column] = 0
        classes = _classes(shown.T, len(shown))
        while (is_small := self._is_small(classes)).any():
            values = np.bincount(classes, self.people * np.count_nonzero(shown, axis=1))
            values[classes[is_small]] = np.inf
            shown[classes == np.argmin(values)] = 0
            classes = _classes(shown.T, len(shown))
        return shown

    def _is_small(self, classes: Codes) -> NDArray[np.bool_]:
        sizes = np.bincount(classes, self.people)
        return (sizes < self.rules.min_class_size)[classes]

    def _are_few(self, people: float) -> bool:
        return bool(people <= self.rules.max_share_blanked * self.people.sum())

    def _lost_by(self, levels: tuple[int, ...]) -> float:
        """The values that these levels lose, before anything is blanked."""
        return float(
            sum(
                (self.penalties[column][level][self.combinations[:, column]] * self.people).sum()
                for column, level in enumerate(levels)
            )
        )

    def _counted(self, values: Codes) -> tuple[Codes, Codes, Codes]:
        """The combinations and known values of a sensitive column, and the people who have both."""
        is_known = values != 0
        pairs, people = np.unique(
            np.column_stack([self.of_person, values])[is_known], axis=0, return_counts=True
        )
        return pairs[:, 0], pairs[:, 1], people

    def _of_people(self, shown: _Shown) -> Anonymous:
        quasi = shown.quasi[self.of_person]
        sensitive = self.sensitive.copy()
        for column, is_alike in enumerate(shown.sensitive_blanked):
            sensitive[is_alike[self.of_person], column] = 0
        recoded = self._recoded(shown.levels)[self.of_person]
        is_blanked = (quasi == 0) & (recoded != 0)
        of_sensitive = (sensitive == 0) & (self.sensitive != 0)
        return Anonymous(
            shown.levels,
            quasi,
            sensitive,
            (*is_blanked.sum(axis=0).tolist(), *of_sensitive.sum(axis=0).tolist()),
            int(is_blanked.any(axis=1).sum()),
            float(shown.lost / self.known) if self.known else 0.0,
        )


def _classes(columns: Sequence[Codes] | Codes, rows: int) -> Codes:
    """Numbers from 0 that rows share which are alike in all columns, in the order of the values."""
    classes = np.zeros(rows, dtype=np.int64)
    for column in columns:
        _, classes = np.unique(classes * (column.max() + 1) + column, return_inverse=True)
    return classes
