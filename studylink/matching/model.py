"""The model of matching: what comparisons.yml declares, as the settings splink understands."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

import yaml

# m and u of every level of every comparison, by name: P(level | same person), P(level | strangers)
Weights = Mapping[str, Mapping[str, tuple[float, float]]]


@dataclass(frozen=True)
class Level:
    """One way in which two people agree or differ in one respect."""

    name: str
    when: str
    # splink's number for it: -1 for a missing value, the others down to 0 for the last
    number: int
    difference: str | None
    # see comparisons.yml
    asks_clerk: bool
    disagrees: bool
    relative: bool
    seldom_relative: bool
    no_siblings: bool
    namesake: bool
    swapped: bool
    in_full: bool
    kin: bool
    # the prepared column whose commonness in the register weighs it
    frequency_of: str | None

    @property
    def is_missing(self) -> bool:
        """Whether it says nothing, for want of a value on a side."""
        return self.number == -1


@dataclass(frozen=True)
class Comparison:
    """One respect in which two people are compared; its levels in the order they are tried."""

    name: str
    levels: tuple[Level, ...]

    @property
    def weighed(self) -> tuple[Level, ...]:
        """The levels that have weights: all but the missing."""
        return tuple(level for level in self.levels if not level.is_missing)

    @property
    def agrees(self) -> str:
        """SQL: a pair of splink's agrees in full in this."""
        return f"gamma_{self.name} = {self.weighed[0].number}"

    def stands(self, at: Callable[[Level], bool]) -> str:
        """SQL: a pair of splink's stands at one of some levels of this."""
        numbers = ", ".join(str(level.number) for level in self.levels if at(level))
        return f"gamma_{self.name} in ({numbers})" if numbers else "false"


@dataclass(frozen=True)
class Rule:
    """A pair is looked at if these of the child equal those of the pupil, one by one."""

    child: tuple[str, ...]
    pupil: tuple[str, ...]
    # where those who share it all make more pairs than this, it is not used
    crowded: int


@dataclass(frozen=True)
class Declared:
    """The whole of comparisons.yml."""

    comparisons: tuple[Comparison, ...]
    rules: tuple[Rule, ...]
    copy_weight: float

    def weights_from(self, settings: Mapping) -> Weights:
        """M and u as a splink settings dictionary has them.

        Raises ValueError where the settings were trained for other comparisons than these.
        """
        trained = {
            comparison["output_column_name"]: {
                level["label_for_charts"]: level
                for level in comparison["comparison_levels"]
                if not level.get("is_null_level")
            }
            for comparison in settings["comparisons"]
        }
        conditions = {
            (comparison, name): level["sql_condition"]
            for comparison, levels in trained.items()
            for name, level in levels.items()
        }
        declared = {
            (comparison.name, level.name): level.when
            for comparison in self.comparisons
            for level in comparison.weighed
        }
        if conditions != declared:
            raise ValueError(
                "the parameters were trained for other comparisons than comparisons.yml declares: "
                "run `studylink train-matching`"
            )
        return {
            comparison: {
                name: (level["m_probability"], level["u_probability"])
                for name, level in levels.items()
            }
            for comparison, levels in trained.items()
        }

    def settings(self, prior: float, weights: Weights | None = None) -> dict:
        """A splink settings dictionary.

        `prior` is the probability that a child and a pupil taken at random are one person. Without
        `weights` splink's own defaults stand in, which is enough to sort pairs into levels.
        """
        return {
            "link_type": "link_only",
            "unique_id_column_name": "id",
            "probability_two_random_records_match": prior,
            "comparisons": [
                {
                    "output_column_name": comparison.name,
                    "comparison_levels": [
                        _splink_level(
                            level, weights[comparison.name].get(level.name) if weights else None
                        )
                        for level in comparison.levels
                    ],
                }
                for comparison in self.comparisons
            ],
            # pairs are blocked before splink sees them (pairs.py)
            "blocking_rules_to_generate_predictions": [],
            # for the levels of a pair, which splink keeps with them
            "retain_matching_columns": True,
            "retain_intermediate_calculation_columns": True,
        }

    def comparison(self, name: str) -> Comparison:
        """The comparison of that name."""
        (found,) = (one for one in self.comparisons if one.name == name)
        return found

    @property
    def nobodys(self) -> str:
        """SQL: a pair of splink's is of two relatives at the most."""
        return " and ".join(
            self.comparison(name).stands(lambda level: level.disagrees)
            for name in ("first_name", "date_of_birth")
        )

    @property
    def frequency_levels(self) -> dict[str, tuple[Comparison, tuple[Level, ...]]]:
        """For each column whose values' commonness counts, the comparison and levels it weighs.

        The first of the levels is agreement in full.
        """
        return {
            comparison.weighed[0].frequency_of: (
                comparison,
                tuple(level for level in comparison.levels if level.frequency_of),
            )
            for comparison in self.comparisons
            if comparison.weighed[0].frequency_of
        }


def _splink_level(level: Level, weights: tuple[float, float] | None) -> dict:
    settled: dict = {"sql_condition": level.when, "label_for_charts": level.name}
    if level.is_missing:
        settled["is_null_level"] = True
    elif weights:
        settled["m_probability"], settled["u_probability"] = weights
    if level.frequency_of:
        settled["tf_adjustment_column"] = level.frequency_of
    return settled


@cache
def declared() -> Declared:
    """What comparisons.yml says."""
    text = resources.files(__package__).joinpath("comparisons.yml").read_text(encoding="utf-8")
    file = yaml.safe_load(text)
    return Declared(
        comparisons=tuple(_comparison(comparison) for comparison in file["comparisons"]),
        rules=tuple(
            Rule(tuple(rule["child"]), tuple(rule["pupil"]), rule.get("crowded", file["crowded"]))
            for rule in file["blocking"]
        ),
        copy_weight=file["copy_weight"],
    )


def _comparison(comparison: dict) -> Comparison:
    weighed = sum(not level.get("is_null", False) for level in comparison["levels"])
    most = weighed - 1
    levels = []
    for level in comparison["levels"]:
        if not level.get("is_null", False):
            weighed -= 1
        levels.append(
            Level(
                name=level["level"],
                when="ELSE" if level["when"] == "else" else level["when"],
                number=-1 if level.get("is_null", False) else weighed,
                difference=level.get("difference"),
                asks_clerk=level.get("asks_clerk", False),
                disagrees=level.get("disagrees", False),
                relative=level.get("relative", False),
                seldom_relative=level.get("seldom_relative", False),
                no_siblings=level.get("no_siblings", False),
                namesake=level.get("namesake", False),
                swapped=level.get("swapped", False),
                in_full=level.get("in_full", weighed == most),
                kin=level.get("kin", False),
                frequency_of=level.get("frequency_of"),
            )
        )
    return Comparison(comparison["name"], tuple(levels))
