"""Whether a withheld count can be computed back from all that is published together.

Every published number is an equation over unknown counts: how many people there are of each kind,
none of them fewer than none. Linear programming finds the least and the most that a withheld count
can then be, which is how a statistics office audits tables before they leave it (Hundepool et al.,
Statistical Disclosure Control, 2012, chapter 4; Willenborg and de Waal, Elements of Statistical
Disclosure Control, 2001). The intruder of this audit knows every published number and how the
tables hang together, but not the rule by which cells were chosen to be withheld.
"""

import math
from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb
    from scipy.sparse import csr_array

SAME_IN_EVERY_DOMAIN = ("pilot", "unreadable")
# steps of the flow by their numbers
TOOK_PART, ASKED, SAID_YES, PERMITTED, MATCHED, LAST = range(2, 8)


@dataclass(frozen=True)
class Cell:
    """A count of people of some kinds: the number published of it, or none where it is withheld.

    `people` is how many a withheld count can be at the most, where rows of people tell that.
    """

    name: str
    kinds: frozenset[Hashable]
    published: int | None = None
    people: float = math.inf


@dataclass(frozen=True)
class Tables:
    """Tables that are published together.

    `same` holds pairs of sets of kinds in which the same people are counted, as those invited are
    in the tables of two domains. No two cells have the same name.
    """

    cells: Sequence[Cell]
    same: Sequence[tuple[frozenset[Hashable], frozenset[Hashable]]] = ()

    def __add__(self, other: "Tables") -> "Tables":
        return Tables([*self.cells, *other.cells], [*self.same, *other.same])


def ranges(tables: Tables) -> dict[str, tuple[int, float]]:
    """The least and the most that each withheld cell can be, in whole people; `inf` is no bound.

    Bounds are those of real numbers, drawn in to whole ones: for tables with several margins whole
    numbers may be bounded more tightly. Raises `ValueError` where the published numbers contradict
    each other.
    """
    import numpy as np
    from scipy.optimize import linprog
    from scipy.sparse.csgraph import connected_components

    withheld = list(dict.fromkeys(c.kinds for c in tables.cells if c.published is None))
    told = [cell for cell in tables.cells if cell.published is not None]
    forms = _linear_forms(
        [
            *({cell.kinds: 1} for cell in told),
            *({first: 1, second: -1} for first, second in tables.same),
            *({kinds: 1} for kinds in withheld),
        ]
    )
    values = np.array([*(cell.published for cell in told), *(0 for _ in tables.same)])
    equations, objectives = forms[: len(values)], forms[len(values) :]
    # no number that the published ones bound comes near it
    no_bound = 10 * (1 + values.sum())

    # what no form links is a problem of its own, so that one cell of each is asked about at once
    _, problems = connected_components(abs(forms).T @ abs(forms), directed=False)
    rounds: dict[int, list[int]] = {}
    asked: Counter[int] = Counter()
    for number in range(len(withheld)):
        problem = problems[objectives[[number]].indices[0]]
        rounds.setdefault(asked[problem], []).append(number)
        asked[problem] += 1

    found: dict[frozenset[Hashable], list[float]] = {}
    for numbers, sign in product(rounds.values(), (1, -1)):
        solved = linprog(
            sign * objectives[numbers].sum(axis=0),
            A_eq=equations,
            b_eq=values,
            bounds=(0, no_bound),
            method="highs",
        )
        if solved.status != 0:
            raise ValueError(f"the published numbers contradict each other: {solved.message}")
        for number, reached in zip(numbers, objectives[numbers] @ solved.x, strict=True):
            found.setdefault(withheld[number], []).append(reached)
    drawn_in = {
        kinds: (
            math.ceil(least - 1e-6),
            math.inf if most >= no_bound else math.floor(most + 1e-6),
        )
        for kinds, (least, most) in found.items()
    }
    return {cell.name: drawn_in[cell.kinds] for cell in tables.cells if cell.published is None}


def _linear_forms(forms: Sequence[Mapping[frozenset[Hashable], int]]) -> "csr_array":
    """One row a form, one column for all the kinds of people that no form tells apart."""
    from scipy.sparse import lil_array

    weights: dict[Hashable, dict[int, int]] = {}
    for number, form in enumerate(forms):
        for kinds, weight in form.items():
            for kind in kinds:
                of_kind = weights.setdefault(kind, {})
                of_kind[number] = of_kind.get(number, 0) + weight
    columns = dict.fromkeys(tuple(of_kind.items()) for of_kind in weights.values())
    matrix = lil_array((len(forms), len(columns)))
    for column, of_kinds in enumerate(columns):
        for number, weight in of_kinds:
            matrix[number, column] = weight
    return matrix.tocsr()


def exposed(tables: Tables, min_class_size: int) -> list[str]:
    """The withheld cells that are told, exactly or nearly, by what is published.

    That is, those that may be under `min_class_size` and are known to within fewer than that many
    values: what a primary rule itself tells, that a cell is one of 0 to `min_class_size` - 1, is
    the least that a withheld cell must keep. Of fewer people it must keep as many as they are.
    """
    people = {cell.name: cell.people for cell in tables.cells}
    return [
        name
        for name, (least, most) in ranges(tables).items()
        if least < min_class_size and most - least < min(min_class_size - 1, people[name])
    ]


def split_table(
    name: str, rows: Iterable[tuple[object, int, int, bool, bool]], min_class_size: int
) -> Tables:
    """A table of groups, each split into those who are something and those who are not.

    Rows are of group, how many, how many of them are it, and whether either is published; a table
    that splits nobody gives 0 and false. Totals of `min_class_size` or more count as known, though
    no table gives them: another may.
    """
    rows = list(rows)
    sides = {side: frozenset((name, row[0], side) for row in rows) for side in (True, False)}
    cells = []
    for group, whole, part, whole_is_published, part_is_published in rows:
        kinds = {side: frozenset([(name, group, side)]) for side in (True, False)}
        at = f"{name}, {group}"
        cells += [
            Cell(at, kinds[True] | kinds[False], whole if whole_is_published else None),
            Cell(f"{at}: are", kinds[True], part if part_is_published else None),
        ]
        if not part_is_published:
            cells.append(Cell(f"{at}: are not", kinds[False]))
    whole = sum(row[1] for row in rows)
    part = sum(row[2] for row in rows)
    if whole >= min_class_size:
        cells.append(Cell(f"{name}, total", sides[True] | sides[False], whole))
    if min(part, whole - part) >= min_class_size:
        cells.append(Cell(f"{name}, total: are", sides[True], part))
    return Tables(cells)


@dataclass(frozen=True)
class Category:
    """A row of `linkage_quality`, and what can be counted beside it in rows of the same children.

    `children`, of whom `found` were found and `without_records` of those have no records, are
    missing where withheld. `active` are all of whom this is known, looked for or not.
    """

    characteristic: str
    category: str
    children: int | None
    found: int | None
    without_records: int | None
    active: int


def linkage_quality(
    study: str,
    rows: Iterable[Category],
    apart: Collection[str],
    all_have_records: bool,
) -> Tables:
    """All characteristics of a study's `linkage_quality`, beside the rows of its children.

    Every characteristic counts the same children, those of the row of `all`; who is not among them
    is active and not looked for. In the characteristics `apart` some may be looked for, but not
    beside what is known of them: they are counted as `Not known`. Where all who were found have
    records, that is no secret.
    """
    rows = list(rows)
    # of the found, those without records are a kind of their own
    sides = ["found", "not found"] if all_have_records else ["found", "not found", "no records"]
    same: dict[tuple[str, str], set[Hashable]] = {}
    cells = []
    for row in rows:
        at = f"{study}, {row.characteristic}, {row.category}"

        def kinds(side: str, beside: bool, row: Category = row) -> set[Hashable]:
            return {(study, row.characteristic, row.category, side, beside)}

        has_others = row.characteristic in apart and row.category != "Not known"
        holds_others = row.characteristic in apart and row.category == "Not known"
        counted = {side: kinds(side, True) for side in sides}
        not_counted = kinds("not looked for", False)
        same.setdefault((row.characteristic, "not looked for"), set()).update(not_counted)
        for side in sides:
            here = counted[side] | (kinds(side, False) if has_others else set())
            same.setdefault((row.characteristic, side), set()).update(here)
            not_counted = not_counted | (here - counted[side])
        if holds_others:
            for side, known in product(sides, rows):
                if known.characteristic == row.characteristic and known.category != "Not known":
                    counted[side] = counted[side] | kinds(side, False, known)
        missed = None if row.children is None else row.children - row.found
        without = counted.get("no records", set())
        most = math.inf if holds_others else row.active
        cells += [
            Cell(f"{at}: found", frozenset(counted["found"] | without), row.found, most),
            Cell(f"{at}: not found", frozenset(counted["not found"]), missed, most),
            Cell(f"{at}: not looked for", frozenset(not_counted), people=row.active),
        ]
        if without:
            cells.append(Cell(f"{at}: no records", frozenset(without), row.without_records, most))
        everyone = set().union(not_counted, *(kinds(side, True) for side in sides))
        cells.append(Cell(f"{at}: active", frozenset(everyone), row.active))
    return Tables(
        cells,
        [
            (frozenset(same["all", side]), frozenset(kinds))
            for (characteristic, side), kinds in same.items()
            if characteristic != "all"
        ],
    )


# --------------------------------------------------------------------------------------------------
# What governance publishes
# --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Kind:
    """People who are alike in all that a domain's tables tell of them.

    `reasons` has one for each set of answers to which their records may be added, in order.
    """

    study: str
    domain: str
    role: str
    reasons: tuple[tuple[str, str], ...]
    last_step: int

    @property
    def in_every_domain(self) -> tuple[str, bool, str | None]:
        """What is the same about these people in every domain of their study."""
        reason = self.reasons[0][1]
        everywhere = reason if reason in SAME_IN_EVERY_DOMAIN else None
        return self.role, self.last_step >= TOOK_PART, everywhere


def governance_tables(
    connection: "duckdb.DuckDBPyConnection", reasons: Iterable[tuple[str, str, str, str, int]]
) -> Tables:
    """`consent_flow` and the rows of `governance_reasons`, as the public may put them together.

    Withheld are the numbers that have no row or are missing and, for they can be had as
    differences, those who went no further than a step, of the steps and reasons that are the same
    in every domain also children and adults apart. People of different domains are matched only in
    what is the same for them in every domain: whatever else is told of a domain's people, some
    matching of them agrees with it.
    """
    kinds = list(possible_kinds(connection))
    flow = connection.sql(
        "select study, domain, step_number, step, participants from study.governance.consent_flow"
    ).fetchall()
    told = {row[:4]: row[4] for row in reasons}
    cells = [*_flow_cells(kinds, flow), *_reason_cells(kinds, told), *_common_cells(kinds)]
    return Tables(cells, list(_same_people(kinds)))


def _flow_cells(kinds: Sequence[Kind], flow: Sequence[tuple]) -> Iterator[Cell]:
    """Who came to each step of each domain, and who came no further."""
    for study, domain, number, step, count in flow:
        at = f"{study}, {domain}"
        yield Cell(f"{at}: {step}", _those(kinds, study, domain, range(number, LAST + 1)), count)
        if no_further := _those(kinds, study, domain, [number]):
            yield Cell(f"{at}: no further than {step}", no_further)


def _those(
    kinds: Iterable[Kind], study: str, domain: str, steps: Collection[int]
) -> frozenset[Kind]:
    return frozenset(
        k for k in kinds if (k.study, k.domain) == (study, domain) and k.last_step in steps
    )


def _reason_cells(
    kinds: Iterable[Kind], told: Mapping[tuple[str, str, str, str], int]
) -> Iterator[Cell]:
    """For whom each reason holds; of the permitted also those who are not in the flow as such."""
    by_reason: dict[tuple[str, str, str, str], set[Kind]] = {}
    for kind in kinds:
        for answers_of, reason in kind.reasons:
            by_reason.setdefault((kind.study, kind.domain, answers_of, reason), set()).add(kind)
    for at, people in by_reason.items():
        yield Cell(", ".join(at), frozenset(people), told.get(at))
        outside = frozenset(kind for kind in people if kind.last_step < PERMITTED)
        if at[-1] == "permitted" and outside:
            yield Cell(f"{', '.join(at)}: outside the flow", outside)


def _same_people(kinds: Iterable[Kind]) -> Iterator[tuple[frozenset[Kind], frozenset[Kind]]]:
    """Those of two domains who are the same people, as far as can be told."""
    common: dict[tuple[object, ...], dict[str, set[Kind]]] = {}
    for kind in kinds:
        by_domain = common.setdefault((kind.study, *kind.in_every_domain), {})
        by_domain.setdefault(kind.domain, set()).add(kind)
    for by_domain in common.values():
        first, *others = by_domain.values()
        for other in others:
            yield frozenset(first), frozenset(other)


def _common_cells(kinds: Sequence[Kind]) -> Iterator[Cell]:
    """Of children and of adults: who took part, who did not, who is of the pilot, or unreadable."""
    domain_of: dict[tuple[str, str], str] = {}
    cells: dict[str, set[Kind]] = {}
    for kind in kinds:
        if domain_of.setdefault((kind.study, kind.role), kind.domain) != kind.domain:
            continue
        _, took_part, everywhere = kind.in_every_domain
        at = f"{kind.study}, {kind.role}"
        cells.setdefault(f"{at}: {'took' if took_part else 'never took'} part", set()).add(kind)
        if everywhere:
            cells.setdefault(f"{at}: {everywhere}", set()).add(kind)
    return (Cell(name, frozenset(people)) for name, people in cells.items())


def possible_kinds(connection: "duckdb.DuckDBPyConnection") -> Iterator[Kind]:
    """Every kind of person that the policies and the rules leave room for."""
    policies = connection.sql(
        """
        select
            study,
            domain,
            records_of_role as role,
            array_agg((answers_of, mode) order by answers_of) as answers,
            bool_or(studies.main_survey_started_on is not null) as has_pilot
        from study.policy.linkage_policies
        inner join study.policy.studies using (study)
        group by all
        """
    ).fetchall()
    for study, domain, role, answers, has_pilot in policies:
        is_standard = all(mode == "standard" for _, mode in answers)
        steps = set(range(1, LAST + 1))
        if is_standard:
            steps -= {TOOK_PART, ASKED}
        if domain != "education" or role != "child":
            steps -= {PERMITTED}
        everywhere = [[reason] * len(answers) for reason in SAME_IN_EVERY_DOMAIN[not has_pilot :]]
        own = product(*(_own_reasons(role, mode) for _, mode in answers))
        for reasons, step in product([*own, *everywhere], sorted(steps)):
            is_permitted = "permitted" in reasons
            # the permitted who said yes are those who came further
            if (step == SAID_YES and is_permitted) or (step >= PERMITTED and not is_permitted):
                continue
            # whoever is refused was asked
            if step == TOOK_PART and "refused" in reasons:
                continue
            by_answers = tuple(
                (of, reason) for (of, _), reason in zip(answers, reasons, strict=True)
            )
            yield Kind(study, domain, role, by_answers, step)


def _own_reasons(role: str, mode: str) -> list[str]:
    """The reasons that may be a domain's own."""
    reasons = ["permitted", "stopped", "deletion_requested", "refused"]
    if mode == "permission":
        reasons.append("not_given")
        if role == "child":
            reasons.append("lapsed")
    return reasons
