"""Whether a withheld count can be computed back from all that is published together.

Every published number is an equation over unknown counts: how many people there are of each kind,
none of them fewer than none. Linear programming finds the least and the most that a withheld count
can then be, which is how tables are audited before they leave a statistics office (Hundepool et al.,
Statistical Disclosure Control, 2012, section 4.3; Willenborg and de Waal, Elements of Statistical
Disclosure Control, 2001, chapter 7). The intruder of this audit knows every published number and how
the tables hang together, but not the rule by which cells were chosen to be withheld.
"""

import math
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

SAME_IN_EVERY_DOMAIN = ("pilot", "unreadable")


@dataclass(frozen=True)
class Cell:
    """A count of people of some kinds: the number published of it, or none where it is withheld."""

    name: str
    kinds: frozenset[Hashable]
    published: int | None = None


@dataclass(frozen=True)
class Tables:
    """Tables that are published together.

    `same` holds pairs of sets of kinds in which the same people are counted, as those invited are
    in the tables of two domains.
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
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    withheld = [cell for cell in tables.cells if cell.published is None]
    known = [({cell.kinds: 1}, cell.published) for cell in tables.cells if cell not in withheld]
    known += [({first: 1, second: -1}, 0) for first, second in tables.same]
    weights = [weight for weight, _ in known] + [{cell.kinds: 1} for cell in withheld]
    forms = _alike_merged(weights)
    equations, objectives = forms[: len(known)], forms[len(known) :]
    values = np.array([value for _, value in known], dtype=float)
    # tables that nothing links are problems of their own
    linked = csr_array(abs(equations)).T @ csr_array(abs(equations))
    _, part_of = connected_components(linked, directed=False)

    found = {}
    for cell, objective in zip(withheld, objectives, strict=True):
        inside = np.isin(part_of, part_of[objective != 0])
        told = equations[:, inside].any(axis=1)
        problem = {
            "A_eq": equations[np.ix_(told, inside)] if told.any() else None,
            "b_eq": values[told] if told.any() else None,
        }
        least, most = (
            linprog(sign * objective[inside], **problem, method="highs") for sign in (1, -1)
        )
        if 2 in (least.status, most.status):
            raise ValueError(f"{cell.name}: the published numbers contradict each other")
        unbounded = most.status == 3
        found[cell.name] = (
            math.ceil(least.fun - 1e-6),
            math.inf if unbounded else math.floor(-most.fun + 1e-6),
        )
    return found


def _alike_merged(weights: Sequence[Mapping[frozenset[Hashable], int]]) -> "np.ndarray":  # noqa: F821
    """One row a linear form, one column for all the kinds that no form tells apart."""
    import numpy as np

    kinds = sorted({kind for form in weights for kinds in form for kind in kinds}, key=repr)
    place = {kind: number for number, kind in enumerate(kinds)}
    forms = np.zeros((len(weights), len(kinds)))
    for row, form in zip(forms, weights, strict=True):
        for members, weight in form.items():
            for kind in members:
                row[place[kind]] += weight
    return np.unique(forms, axis=1)


def exposed(tables: Tables, min_class_size: int) -> list[str]:
    """The withheld cells that are told, exactly or nearly, by what is published.

    That is, those that may be under `min_class_size` and are known to within fewer than that many
    values: what a primary rule itself tells, that a cell is one of 0 to `min_class_size` - 1, is
    the least that a withheld cell must keep.
    """
    return [
        name
        for name, (least, most) in ranges(tables).items()
        if least < min_class_size and most - least < min_class_size - 1
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
        return self.role, self.last_step > 1, everywhere


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
    kinds = list(_kinds(connection))
    told = {row[:4]: row[4] for row in reasons}
    flow = connection.sql(
        "select study, domain, step_number, step, participants from study.governance.consent_flow"
    ).fetchall()
    cells = [
        Cell(f"{study}, {domain}: {step}", _those(kinds, study, domain, range(number, 8)), count)
        for study, domain, number, step, count in flow
    ]
    cells += [
        Cell(f"{study}, {domain}: no further than {step}", people)
        for study, domain, number, step, _ in flow
        if (people := _those(kinds, study, domain, [number]))
    ]
    by_reason: dict[tuple[str, str, str, str], set[Kind]] = {}
    common: dict[tuple[object, ...], dict[str, set[Kind]]] = {}
    for kind in kinds:
        for answers_of, reason in kind.reasons:
            by_reason.setdefault((kind.study, kind.domain, answers_of, reason), set()).add(kind)
        shared = common.setdefault((kind.study, *kind.in_every_domain), {})
        shared.setdefault(kind.domain, set()).add(kind)
    cells += [
        Cell(f"{', '.join(at)}", frozenset(people), told.get(at))
        for at, people in by_reason.items()
    ]
    cells += [
        Cell(f"{', '.join(at)}: outside the flow", outside)
        for at, people in by_reason.items()
        if at[-1] == "permitted" and (outside := frozenset(k for k in people if k.last_step < 5))
    ]
    cells += _common_cells(kinds)
    same = [
        (frozenset(first), frozenset(other))
        for first, *others in map(_values, common.values())
        for other in others
    ]
    return Tables(cells, same)


def _values(by_domain: Mapping[str, set[Kind]]) -> list[set[Kind]]:
    return list(by_domain.values())


def _those(
    kinds: Iterable[Kind], study: str, domain: str, steps: Collection[int]
) -> frozenset[Kind]:
    return frozenset(
        k for k in kinds if (k.study, k.domain) == (study, domain) and k.last_step in steps
    )


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


def _kinds(connection: "duckdb.DuckDBPyConnection") -> Iterator[Kind]:
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
        is_matched = domain == "education" and role == "child"
        steps = [
            step
            for step in range(1, 8)
            if not (step in (2, 3) and is_standard) and not (step == 5 and not is_matched)
        ]
        everywhere = [[reason] * len(answers) for reason in SAME_IN_EVERY_DOMAIN[not has_pilot :]]
        own = product(*(_own_reasons(role, mode) for _, mode in answers))
        for reasons, step in product([*own, *everywhere], steps):
            # nobody comes past `said_yes` but the permitted, and all the permitted who come there
            if step != 4 and ("permitted" in reasons) < (step > 4):
                continue
            if step == 4 and "permitted" in reasons:
                continue
            # whoever is refused was asked
            if step == 2 and "refused" in reasons:
                continue
            by_answers = tuple((of, reason) for (of, _), reason in zip(answers, reasons, strict=True))
            yield Kind(study, domain, role, by_answers, step)


def _own_reasons(role: str, mode: str) -> list[str]:
    """The reasons that may be a domain's own."""
    reasons = ["permitted", "stopped", "deletion_requested", "refused"]
    if mode == "permission":
        reasons.append("not_given")
        if role == "child":
            reasons.append("lapsed")
    return reasons
