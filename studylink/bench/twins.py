"""Twins: for each two names, who is taken for whom, in the words that a clerk reads."""

import csv
from dataclasses import dataclass
from datetime import date
from importlib import resources

import pyarrow

from studylink import bench
from studylink.matching.pairs import COLUMNS
from studylink.matching.scoring import score

LAST_NAMES = (
    *("Abbott", "Okafor", "Lindqvist", "Pemberton", "Rahman", "Whitlock", "Nowak", "Ferreira"),
    *("Dunne", "Yates", "Castellan", "Thornbury", "Averill", "Quillfeather", "Hargreaves"),
    *("Mbeki", "Sorensen", "Vaughan", "Zielinski", "Ingleby", "Kettering", "Amara"),
    *("Bexley", "Farrow", "Gascoigne", "Jellicoe", "Ulverstone", "Redmayne", "Wyndham"),
)


@dataclass(frozen=True)
class Twins:
    """Two names that twins may bear; `may_be_one` where one may be the other, short or mistyped."""

    name: str
    twin: str
    may_be_one: bool


@dataclass(frozen=True)
class Taken:
    """What became of the first of two twins: each `linked`, `clerk` or `nobody`."""

    twins: Twins
    differences: str
    # the twin's pupil, while the child's own is not in the register
    twin_alone: str
    # the child's own pupil and the twin's, while both are there
    own: str
    twin_beside: str

    @property
    def is_wrong(self) -> bool:
        """Whether a child is taken for a twin whose name is another, or lost beside a twin."""
        taken = self.twin_alone == "linked" and not self.twins.may_be_one
        return taken or self.twin_beside == "linked" or self.own != "linked"


def listed() -> list[Twins]:
    """Every two names of twins.csv."""
    text = resources.files(bench.__name__).joinpath("twins.csv").read_text(encoding="utf-8")
    return [
        Twins(row["name"], row["twin"], row["may_be_one"] == "true")
        for row in csv.DictReader(text.splitlines())
    ]


def taken(link_from: float, review_from: float) -> list[Taken]:
    """For each two names, in a home and on a birthday of their own, what scoring makes of them."""
    pairs = listed()
    children = [_at_home(place, one.name) for place, one in enumerate(pairs)]
    others = [_at_home(place, one.twin) for place, one in enumerate(pairs)]

    def fates(pupils: list[tuple]) -> dict[tuple[int, int], tuple[str, str]]:
        scored = score(
            _table("child_id", children).append_column(
                "study", pyarrow.array(["twins"] * len(children))
            ),
            _table("pupil_id", pupils),
        ).to_pylist()
        return {
            (int(pair["child_id"]), int(pair["pupil_id"])): (
                "linked"
                if pair["match_probability"] >= link_from and not pair["needs_clerk"]
                else "clerk"
                if pair["match_probability"] >= review_from
                else "nobody",
                pair["differences"],
            )
            for pair in scored
        }

    alone, beside = fates(others), fates([*children, *others])
    nobody = "nobody", ""
    return [
        Taken(
            one,
            alone.get((place, place), nobody)[1],
            alone.get((place, place), nobody)[0],
            beside.get((place, place), nobody)[0],
            beside.get((place, len(pairs) + place), nobody)[0],
        )
        for place, one in enumerate(pairs)
    ]


def table(found: list[Taken]) -> str:
    """What became of each, as aligned text, by what the two differ in."""
    lines = [f"{'child':<12}{'twin':<16}{'twin alone':<12}{'own pupil':<11}{'twin beside':<13}"]
    lines += [
        f"{one.twins.name:<12}{one.twins.twin:<16}{one.twin_alone:<12}{one.own:<11}"
        f"{one.twin_beside:<13}{one.differences}"
        for one in sorted(found, key=lambda one: one.differences)
    ]
    return "\n".join(lines)


def _at_home(place: int, first_name: str) -> tuple:
    return (
        first_name,
        LAST_NAMES[place],
        date(2012, 1 + place % 12, 1 + place),
        f"{10 + place} {LAST_NAMES[-place - 1]} Street",
        "Leeds",
        f"L{chr(65 + place % 26)}{1 + place // 26} 4AB",
    )


def _table(key: str, people: list[tuple]) -> pyarrow.Table:
    columns = {name: [person[place] for person in people] for place, name in enumerate(COLUMNS)}
    return pyarrow.table({key: [str(place) for place in range(len(people))], **columns})
