"""An intruder who looks for the records of answers that may not be linked, by what the rows say.

Where a study publishes records under ids of their own, no key leads from unlinked answers to them.
This intruder has the research database alone, and compares what both sides show:

- on the side of the answers, all unlinked answers under one `family_research_id`, and what
  `participants` shows of this family;
- on the side of the records, all records under one id, the linked answers that lead to it, and
  what `participants` shows of the family of those answers.

Compared are the waves answered, when, when the child was born (by ages and by school years), the
child's need and plan, and every other column of one name. What a column shows is read off its
declaration. Records to which answers of the same questionnaire are linked are somebody else's, and
so are those whose family shows among its linked members who would have answered it.

A clue counts by how likely it is if the two are one child, against how likely it is of the records
to choose from (the record linkage of Fellegi and Sunter, 1969). The likelihoods were fixed
beforehand, and nothing is learnt from the truth, which only marks the guesses. The surest guess is
made first, and a record that is guessed well is nobody else's.

To be on the safe side, the intruder knows which answers have records to be found.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import chain
from typing import Any, NamedTuple, TypedDict

import duckdb

from studylink.attack.figures import Figures
from studylink.manifest import Manifest, Node

LINK = "linked_child_research_id"
FAMILY = "family_research_id"

AREAS_OF_NEED: dict[str, dict[Any, int]] = {
    "child_send_need": {
        "communication_interaction": 1,
        "cognition_learning": 2,
        "social_emotional_mental_health": 3,
        "sensory_physical": 4,
    },
    "primary_sen_type": {
        **dict.fromkeys(("SLCN", "ASD"), 1),
        **dict.fromkeys(("SPLD", "MLD", "SLD", "PMLD", "DS"), 2),
        "SEMH": 3,
        **dict.fromkeys(("HI", "VI", "MSI", "PD"), 4),
    },
}
"""By column: the broad area of need of a code (SEND code of practice 2015, 6.28 to 6.35)."""

PLANS: dict[str, dict[Any, int]] = {
    "sen_provision": {"N": 0, "K": 0, "E": 1},
    "child_has_ehcp": {False: 0, True: 1},
}
"""By column: whether what it holds stands for an education, health and care plan."""

ALIKE = {
    "moment": (0.85, 0.12),
    "birth": (0.95, 0.02),
    "need": (0.6, 0.0),
    "plan": (0.85, 0.0),
}
"""How likely a clue is the same, or a month apart, in answers and records of one child."""
ALIKE_OTHERWISE = (0.85, 0.0)

ANSWERS_WITH_THE_FAMILY, ANSWERS_ALONE = 0.8, 0.08
"""How likely somebody answers in a wave in which the others of their family do, or do not."""

SURE = math.log(10)
"""The lead of a best guess over the next from which its record is taken to be found."""

MANY = 1000
"""Families in a file in which people hide each other; of a smaller one waves are left aside."""

Row = Mapping[str, Any]
Tables = Sequence[tuple[Node, list[Row]]]
"""Research tables, each with its rows."""

Clue = tuple[str, int | None]
"""What is compared, and in which wave, if in one."""
Span = tuple[int, int]
"""What a clue shows: a first and a last month, or a number twice."""


TIMES_CHANCE, SHARE_OF_TRIED, PRECISION = 2, 0.03, 0.2
"""What is no better than chance: so many times as many right guesses, or this share of the families
tried, whichever is more; and of guesses without a rival no larger share right than this."""


class Found(TypedDict):
    """How the intruder fared with one questionnaire.

    Numbers of families, but for the records to choose from; what is right is an expectation:
    guesses that are equally good share. `right_by_chance` is that of somebody who draws,
    `right_without_waves` that of this intruder if nobody knew who answered in which waves.
    """

    families_tried: int
    records_to_choose_from: int
    right_by_chance: float
    expected_right_guesses: float
    unique_best_guesses: int
    unique_best_guesses_right: int
    right_without_waves: float


def most_right(found: Found) -> float:
    """How many right guesses are no better than chance."""
    return max(TIMES_CHANCE * found["right_by_chance"], SHARE_OF_TRIED * found["families_tried"])


class Evidence(NamedTuple):
    """What one side shows of one child: the waves answered, and every other clue."""

    waves: frozenset[int]
    spans: dict[Clue, Span]


def attack(tables: Tables, as_of: date, truth: Mapping[str, set[str]]) -> dict[str, Found]:
    """How many records of unlinked answers are found, by questionnaire.

    `tables` are all tables of people of a study, `truth` is what `true_records` gives.
    """
    return {
        node.alias: look(tables, node, as_of, truth) for node, _ in tables if LINK in node.columns
    }


def figures(questionnaire: str, found: Found, waves_aside: bool) -> Figures:
    """How the intruder fared with one questionnaire, beside what is no better than chance."""
    tries = max(found["families_tried"], 1)
    return Figures(
        f"{questionnaire}, by what unlinked answers say{', waves aside' if waves_aside else ''}",
        found["families_tried"],
        found["unique_best_guesses_right"] / tries,
        PRECISION * found["unique_best_guesses"] / tries,
        found["right_without_waves" if waves_aside else "expected_right_guesses"] / tries,
        most_right(found) / tries,
    )


def studies(manifest: Manifest) -> dict[str, list[Node]]:
    """The tables of people of each study that publishes records apart from answers."""
    found = defaultdict(list)
    for node in manifest.tables_of_people():
        found[node.schema].append(node)
    return {
        study: tables
        for study, tables in found.items()
        if any(LINK in node.columns for node in tables)
    }


def shown(connection: duckdb.DuckDBPyConnection, tables: Iterable[Node]) -> Tables:
    """The rows of research tables. Where no family id is shown, everybody stands alone."""
    found: list[tuple[Node, list[Row]]] = []
    for node in tables:
        columns = ", ".join(node.columns)
        if FAMILY not in node.columns and (LINK in node.columns or node.alias == "participants"):
            columns += f", research_id as {FAMILY}"
            node = replace(node, columns={**node.columns, FAMILY: {"class": "pseudonym"}})
        rows = connection.execute(f"select {columns} from {node.relation} order by all").fetchall()
        found.append((node, [dict(zip(node.columns, row, strict=True)) for row in rows]))
    return found


def true_records(
    connection: duckdb.DuckDBPyConnection, known: str, study: str, tables: Tables
) -> dict[str, set[str]]:
    """Under which ids records of each family's members may stand, by the family id that is shown.

    `known` is a relation as `intruders.know` makes it.
    """
    families = dict(
        connection.execute(
            f"select research_id, family from {known} where study = ?", [study]
        ).fetchall()
    )
    ids = defaultdict(set)
    for one, family in families.items():
        ids[family].add(one)
    truth: dict[str, set[str]] = defaultdict(set)
    for node, rows in tables:
        if FAMILY in node.columns:
            for row in rows:
                truth[row[FAMILY]] |= ids[families[row["research_id"]]]
    return truth


def look(tables: Tables, questionnaire: Node, as_of: date, truth: Mapping[str, set[str]]) -> Found:
    """Look for the records of the unlinked answers to one questionnaire of a study."""
    search = _Search(tables, questionnaire, as_of)
    sought = {
        family: own for family in search.families if (own := truth[family] & set(search.records))
    }
    answers = {family: search.of_answers(family) for family in sought}
    records = {record: search.of_records(record) for record in search.records}

    def expected_right(guesses: Mapping[str, set[str]]) -> float:
        return sum(len(sought[family] & guess) / len(guess) for family, guess in guesses.items())

    guesses = best_guesses(
        {family: _scores(evidence, records) for family, evidence in answers.items()}
    )
    unique = [family for family, guess in guesses.items() if len(guess) == 1]
    without_waves = best_guesses(
        {
            family: _scores(evidence, records, with_waves=False)
            for family, evidence in answers.items()
        }
    )
    return Found(
        families_tried=len(sought),
        records_to_choose_from=len(records),
        right_by_chance=sum(len(true) / len(records) for true in sought.values()),
        expected_right_guesses=expected_right(guesses),
        unique_best_guesses=len(unique),
        unique_best_guesses_right=sum(guesses[family] <= sought[family] for family in unique),
        right_without_waves=expected_right(without_waves),
    )


def best_guesses(scores: Mapping[str, Mapping[str, float]]) -> dict[str, set[str]]:
    """The best guesses of each family, which has a score of every record.

    The family whose best guess is furthest ahead of its next comes first. A lead of `SURE` takes
    the record from all others.
    """
    left = {family: dict(score) for family, score in scores.items()}
    guesses: dict[str, set[str]] = {}
    while left:
        leads = {family: _lead(score) for family, score in left.items()}
        family = max(leads, key=lambda one: leads[one])
        if leads[family] < SURE:
            break
        record = max(left[family], key=lambda one: left[family][one])
        guesses[family] = {record}
        del left[family]
        for score in left.values():
            if len(score) > 1:
                score.pop(record, None)
    for family, score in left.items():
        best = max(score.values())
        guesses[family] = {record for record in score if best - score[record] < 1e-9}
    return guesses


def _lead(score: Mapping[str, float]) -> float:
    if len(score) == 1:
        return 0.0
    best, following = sorted(score.values(), reverse=True)[:2]
    return best - following


class _Search:
    """Who is looked for, where, and what each side shows of them."""

    def __init__(self, tables: Tables, questionnaire: Node, as_of: date):
        self._month = 12 * as_of.year + as_of.month - 1
        self._codes: dict[Any, int] = {}
        self._people, self._unlinked, self._linked, self._records = (
            defaultdict(list) for _ in range(4)
        )
        self._roles, own = {}, []
        for node, rows in tables:
            for row in rows:
                if FAMILY not in node.columns:
                    self._records[row["research_id"]].append((node, row))
                elif LINK not in node.columns:
                    self._people[row[FAMILY]].append((node, row))
                    self._roles[row["research_id"]] = row.get("role")
                elif row[LINK] is None:
                    self._unlinked[row[FAMILY]].append((node, row))
                elif node != questionnaire:
                    self._linked[row[LINK]].append((node, row))
            if node == questionnaire:
                own = rows
        self._shared = _columns(node for node, _ in tables if LINK in node.columns) & _columns(
            node for node, _ in tables if node != questionnaire
        )
        self.families = sorted({row[FAMILY] for row in own if row[LINK] is None})
        roles = {self._roles.get(row["research_id"]) for row in own}
        taken = {row[LINK] for row in own}
        self.records = sorted(
            record
            for record in self._records
            if record not in taken
            and not any(row.get("role") in roles for _, row in self._family_of(record))
        )

    def of_answers(self, family: str) -> Evidence:
        """What a family's unlinked answers show, and the participants of it."""
        return self._evidence(self._unlinked[family] + self._people[family])

    def of_records(self, record: str) -> Evidence:
        """What a child's records show, and the answers linked to them, and their participants."""
        return self._evidence(
            self._records[record] + self._linked[record] + self._family_of(record)
        )

    def _family_of(self, record: str) -> list[tuple[Node, Row]]:
        """The participants who are of one family with the answers linked to a record."""
        families = {row[FAMILY] for _, row in self._linked[record]}
        return list(chain.from_iterable(self._people[family] for family in sorted(families)))

    def _evidence(self, rows: list[tuple[Node, Row]]) -> Evidence:
        spans = defaultdict(list)
        for clue, span in chain.from_iterable(self._clues(node, row) for node, row in rows):
            spans[clue].append(span)
        waves = frozenset(
            row[column]
            for node, row in rows
            for column in node.columns
            if column.endswith("wave") and row[column] is not None
        )
        return Evidence(waves, {clue: _together(found) for clue, found in spans.items()})

    def _clues(self, node: Node, row: Row) -> Iterator[tuple[Clue, Span]]:
        """What one row shows, each thing by the declaration of its column."""
        wave = row.get("wave")
        moment = _moment(node, row)
        is_of_child = self._roles.get(row["research_id"], "child") == "child"
        if moment and wave is not None:
            yield ("moment", wave), moment
        if is_of_child and row.get("age_in_year") is not None:
            born = (moment[0] if moment else self._month) // 12 - row["age_in_year"]
            yield ("birth", None), (12 * born, 12 * born + 11)
        if moment and (school_year := _school_year(node, row)) is not None:
            september = 12 * (moment[0] // 12 - 5 - school_year) + 8
            yield ("birth", None), (september, september + 11)
        for column, meta in node.columns.items():
            value = row.get(column)
            if value is None or column in ("age_in_year", "academic_year", "wave"):
                continue
            for clue, numbers in (("need", AREAS_OF_NEED), ("plan", PLANS)):
                if (number := numbers.get(column, {}).get(value)) is not None:
                    yield (clue, None), (number, number)
            if column in self._shared and not _is_moment(column, meta):
                number = self._codes.setdefault((column, value), len(self._codes) * 2)
                yield (column, wave), (number, number)


def _scores(
    answers: Evidence, records: Mapping[str, Evidence], with_waves: bool = True
) -> dict[str, float]:
    """How much likelier it is of each record than of all that it is of the child of the answers."""
    waves = frozenset(chain.from_iterable(one.waves for one in records.values())) | answers.waves
    likelihoods = [
        {
            record: math.prod(
                _answering(wave in answers.waves, wave in shown.waves) for wave in waves
            )
            for record, shown in records.items()
            if with_waves and shown.waves
        }
    ] + [
        {
            record: _likelihood(clue, span, shown.spans[clue])
            for record, shown in records.items()
            if clue in shown.spans
        }
        for clue, span in answers.spans.items()
    ]
    scores = dict.fromkeys(records, 0.0)
    for likelihood in likelihoods:
        for record, one in likelihood.items():
            scores[record] += math.log(one * len(likelihood) / sum(likelihood.values()))
    return scores


def _answering(here: bool, in_the_family: bool) -> float:
    likely = ANSWERS_WITH_THE_FAMILY if in_the_family else ANSWERS_ALONE
    return likely if here else 1 - likely


def _likelihood(clue: Clue, answers: Span, record: Span) -> float:
    """How likely the answers show this, if the record shows that of the same child."""
    same, near = ALIKE.get(clue[0], ALIKE_OTHERWISE)
    shared = min(answers[1], record[1]) - max(answers[0], record[0]) + 1
    share = max(0, shared) / (record[1] - record[0] + 1)
    return same * share + near * (shared == 0) + (1 - same - near) / 5


def _together(spans: Iterable[Span]) -> Span:
    """What several clues show together or, where they contradict each other, most of them."""
    spans = list(spans)
    low, high = max(span[0] for span in spans), min(span[1] for span in spans)
    if low <= high:
        return low, high
    times = Counter(spans)
    return max(times, key=lambda span: (times[span], span))


def _is_moment(column: str, meta: Mapping) -> bool:
    return meta.get("shape") in ("month", "year_span") or column.endswith("_year")


def _moment(node: Node, row: Row) -> Span | None:
    """The months in which what a row holds may have happened."""
    spans = []
    for column, meta in node.columns.items():
        value = row.get(column)
        if value is None or not _is_moment(column, meta) or column == "age_in_year":
            continue
        if meta.get("shape") == "month":
            month = 12 * int(value[:4]) + int(value[5:7]) - 1
            spans.append((month, month))
        elif meta.get("shape") == "year_span":
            september = 12 * int(value[:4]) + 8
            spans.append((september, september + 11))
        elif column != "national_curriculum_year":
            spans.append((12 * value, 12 * value + 11))
    return _together(spans) if spans else None


def _school_year(node: Node, row: Row) -> int | None:
    """The school year in which a pupil was, where both it and the academic year are shown."""
    if row.get("academic_year") is None:
        return None
    return 6 if node.alias == "key_stage_2" else row.get("national_curriculum_year")


def _columns(tables: Iterable[Node]) -> set[str]:
    """The names of the columns that describe somebody; not a person's own role or flags."""
    return {
        column
        for node in tables
        for column, kind in node.classes().items()
        if kind != "pseudonym" and column != "role" and not column.startswith("is_")
    }
