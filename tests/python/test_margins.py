"""What is withheld from published tables cannot be computed back from the rest of them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from itertools import starmap
from pathlib import Path

import duckdb
import numpy as np
import pytest
from jinja2 import Environment
from project import ROOT

from studylink import databases, landing
from studylink.proofs import margins
from studylink.proofs.margins import Category, Cell, Tables

SMALLEST = 10
# what names a row, its count and, where the table splits it, the part of it that is something
RESEARCH_TABLES = {
    "absence_and_child_wellbeing": (
        "life_satisfaction",
        "children_linked",
        "children_with_records",
    ),
    "deprivation_and_difficulties": ("deprivation_fifth", "families", "families_high"),
    "hospital_episodes_by_tenure": ("tenure", "children_linked", "children_with_episodes"),
    "key_stage_2_by_free_school_meals": (
        "free_school_meals || parents_qualification",
        "children",
        None,
    ),
    "mothers_employment_after_birth": ("years_since_birth", "mothers_linked", "mothers_employed"),
    "selection_into_linkage": ("answer", "parents", "parents_linked"),
    "universal_credit_and_income": ("household_income", "parents_linked", "parents_on_credit"),
}
# what names a table, where a query gives several
WITHIN = {"selection_into_linkage": "characteristic || domain"}


def two_way(published: dict[str, int | None]) -> Tables:
    """A table of two rows and columns with all its totals: `Ax` is the cell of row A, column x."""
    kinds = {name: frozenset([name]) for name in ("Ax", "Ay", "Bx", "By")}
    kinds |= {row: kinds[f"{row}x"] | kinds[f"{row}y"] for row in "AB"}
    kinds |= {column: kinds[f"A{column}"] | kinds[f"B{column}"] for column in "xy"}
    return Tables([Cell(name, kinds[name], count) for name, count in published.items()])


# --------------------------------------------------------------------------------------------------
# The audit itself
# --------------------------------------------------------------------------------------------------


def test_one_withheld_cell_is_told_by_its_total() -> None:
    cells = [
        Cell("a", frozenset("a"), 25),
        Cell("b", frozenset("b")),
        Cell("c", frozenset("c"), 12),
    ]
    total = Cell("total", frozenset("abc"), 40)
    assert margins.ranges(Tables([*cells, total])) == {"b": (3, 3)}
    assert margins.exposed(Tables([*cells, total]), SMALLEST) == ["b"]
    assert margins.ranges(Tables(cells)) == {"b": (0, float("inf"))}
    assert margins.exposed(Tables(cells), SMALLEST) == []


def test_small_cells_alone_withheld_are_told_by_the_totals_of_rows_and_columns() -> None:
    primary = two_way({"Ax": None, "Ay": 22, "Bx": 20, "By": 20, "A": 25, "B": 40, "x": 23})
    assert margins.exposed(primary, SMALLEST) == ["Ax"]


def test_withholding_a_rectangle_protects() -> None:
    rectangle = two_way(
        {"Ax": None, "Ay": None, "Bx": None, "By": None} | {"A": 25, "B": 40, "x": 23}
    )
    assert margins.ranges(rectangle) == {
        "Ax": (0, 23),
        "Ay": (2, 25),
        "Bx": (0, 23),
        "By": (17, 40),
    }
    assert margins.exposed(rectangle, SMALLEST) == []


def test_a_rectangle_protects_too_little_where_a_total_is_small() -> None:
    cells = dict.fromkeys(["Ax", "Ay", "Bx", "By"])
    assert margins.exposed(two_way({**cells, "A": 25, "B": 40, "x": 4}), SMALLEST) == ["Ax", "Bx"]


def test_the_same_people_in_two_tables_are_told_by_either() -> None:
    first = [Cell("a", frozenset("a"), 25), Cell("b", frozenset("b"))]
    second = [Cell("c", frozenset("c"), 28), Cell("d", frozenset("d"), 13)]
    everyone = [(frozenset("ab"), frozenset("cd"))]
    assert margins.exposed(Tables(first) + Tables(second), SMALLEST) == []
    linked = Tables([*first, Cell("b again", frozenset("b")), *second], everyone)
    assert margins.ranges(linked)["b"] == (16, 16)
    few = [(frozenset("b"), frozenset("e")), (frozenset("e"), frozenset("f"))]
    told = Tables([*first, Cell("f", frozenset("f"), 4)], few)
    assert margins.exposed(told, SMALLEST) == ["b"]


def test_numbers_that_contradict_each_other_are_refused() -> None:
    cells = [
        Cell("a", frozenset("a"), 25),
        Cell("b", frozenset("b")),
        Cell("t", frozenset("ab"), 9),
    ]
    with pytest.raises(ValueError, match="the published numbers contradict each other"):
        margins.ranges(Tables(cells))


# --------------------------------------------------------------------------------------------------
# The rule, on random tables
# --------------------------------------------------------------------------------------------------


def random_rows(tables: int, seed: int) -> list[tuple[int, int, int, int]]:
    """Table, row, how many, and how many of them are it: often few, or nearly all."""
    draw = np.random.default_rng(seed)
    rows = []
    for table in range(tables):
        for row in range(draw.integers(1, 7)):
            whole = int(draw.choice([draw.integers(0, 13), draw.integers(10, 60)]))
            share = draw.choice([0.05, 0.5, 0.95])
            rows.append((table, row, whole, int(draw.binomial(whole, share))))
    return rows


def audited(rows: list[tuple[int, int, int, int]], macro: str) -> tuple[list[str], int]:
    """What is exposed of tables withheld by a macro, and how many of their cells are published."""
    may_be_published = Environment().from_string(macro).module.may_be_published
    whole = may_be_published(["whole"], "row", SMALLEST, ["tabled"])
    split = may_be_published(["part", "whole - part"], "row", SMALLEST, ["tabled"])
    with duckdb.connect() as connection:
        connection.execute("create table counts (tabled int, row int, whole int, part int)")
        connection.executemany("insert into counts values (?, ?, ?, ?)", rows)
        told = connection.sql(
            f"select tabled, row, whole, part, {whole}, {whole} and {split} from counts"
        ).fetchall()
    return margins.exposed(tables_of(told), SMALLEST), sum(row[-2] + row[-1] for row in told)


def tables_of(rows: Iterable[tuple]) -> Tables:
    """The tables of rows that each open with what names their table."""
    by_table = defaultdict(list)
    for table, *row in rows:
        by_table[table].append(row)
    tables = [margins.split_table(str(table), rows, SMALLEST) for table, rows in by_table.items()]
    return Tables([cell for table in tables for cell in table.cells])


MACRO = (ROOT / "macros" / "marts" / "may_be_published.sql").read_text(encoding="utf-8")
PRIMARY_ALONE = re.sub(r"    and \(\n[\s\S]*(?=\n\)\n)", "", MACRO)
TWO_ARE_ENOUGH = re.sub(
    r"sum\(\{\{ cell \}\}\)([^>]*)>= \{\{ smallest \}\}", r"count(*)\1>= 2", MACRO
)


@pytest.mark.parametrize(
    "tables", [200, pytest.param(3000, marks=pytest.mark.long)], ids=["200", "3000"]
)
def test_no_cell_that_the_rule_withholds_is_told(tables: int) -> None:
    exposed, published = audited(random_rows(tables, seed=7), MACRO)
    assert exposed == []
    assert published > tables


@pytest.mark.parametrize("weaker", [PRIMARY_ALONE, TWO_ARE_ENOUGH], ids=["none", "two"])
def test_less_than_the_rule_is_seen_to_tell(weaker: str) -> None:
    assert weaker != MACRO
    exposed, _ = audited(random_rows(40, seed=7), weaker)
    assert exposed


# --------------------------------------------------------------------------------------------------
# What is published of the sample
# --------------------------------------------------------------------------------------------------


def compiled(data: Path, path: str) -> str:
    return (data / "target" / "compiled" / "studylink" / path).read_text(encoding="utf-8")


def research_tables(data: Path) -> Tables:
    """Every example of the researchers, each with its totals given away."""
    tables = Tables([])
    with duckdb.connect(str(databases.path(data, "research")), read_only=True) as connection:
        for name, (row, whole, part) in RESEARCH_TABLES.items():
            query = compiled(data, f"analyses/{name}.sql")
            steps, shown = query.rsplit("\nselect\n", 1)
            withheld = re.search(r"\nfrom (\w+)", shown)[1]
            split = "may_be_published and may_be_split" if part else "false"
            counted = connection.sql(
                f"{steps} select {WITHIN.get(name, 'null')}, {row}, {whole}, {part or 0}, "
                f"may_be_published, {split} from {withheld}"
            ).fetchall()
            seen = connection.sql(query).fetchall()
            assert len(seen) == sum(is_published for *_, is_published, _ in counted)
            if part:
                assert sum(at[-1] is not None for at in seen) == sum(at[-1] for at in counted)
            tables += tables_of((f"{name}, {margin}", *row) for margin, *row in counted)
    return tables


def requests_table(rows: list[tuple[str, str, str, int]]) -> Tables:
    """Requests have no totals: each outcome stands alone."""
    return Tables([Cell(", ".join(row[:3]), frozenset([row[:3]]), row[3]) for row in rows])


PLACED = """
    with placed as (
        select
            study,
            characteristic,
            coalesce(listed.category, 'Not known') as known,
            if(children.is_linkable and not described.is_linkable, 'Not known', known) as counted,
            children.is_linkable and is_matched and not is_linked as is_without_records
        from study.intermediate.int_children_linkable as children
        inner join (select distinct study, characteristic from study.policy.linkage_characteristics)
            using (study)
        left join study.intermediate.int_children_described as described
            using (study, participant_id, characteristic)
        left join study.policy.linkage_characteristics as listed
            using (study, characteristic, category)
        union all
        select study, 'all', 'All', 'All', is_linkable and is_matched and not is_linked
        from study.intermediate.int_children_linkable
    )
"""


def quality_tables(connection: duckdb.DuckDBPyConnection, table: str) -> Tables:
    """The linkage quality of each study; `table` is where it is, by its study."""
    tables = Tables([])
    for study, apart, without_records in connection.sql(
        f"""
        {PLACED}
        select
            study,
            list(distinct characteristic) filter (known != counted),
            count(*) filter (characteristic = 'all' and is_without_records)
        from placed group by study
        """
    ).fetchall():
        rows = connection.execute(
            f"""
            {PLACED}
            select
                characteristic, category, children, children_matched,
                case when children is not null then (
                    select count(*) from placed
                    where study = $1 and characteristic = quality.characteristic
                    and counted = category and is_without_records
                ) end,
                (
                    select count(*) from placed
                    where study = $1 and characteristic = quality.characteristic
                    and known = category
                )
            from {table.format(study=study)} as quality
            """,
            [study],
        ).fetchall()
        tables += margins.linkage_quality(
            study, starmap(Category, rows), apart or [], without_records == 0
        )
    return tables


def test_every_example_that_researchers_get_is_audited() -> None:
    found = {path.stem for path in (ROOT / "analyses").glob("*.sql")}
    assert found == {*RESEARCH_TABLES, "governance_reasons", "governance_requests"}


def test_nothing_that_is_published_of_the_sample_tells_what_is_withheld(built_sample: Path) -> None:
    with databases.connect(built_sample) as connection:
        reasons, requests = (
            connection.sql(compiled(built_sample, f"analyses/governance_{name}.sql")).fetchall()
            for name in ("reasons", "requests")
        )
        governance = margins.governance_tables(connection, reasons)
        # what is known of the children is a view that leads to the landed answers
        landing.create_views(connection, landing.read_landing(ROOT / "extracts" / "sample"))
        quality = quality_tables(connection, "research.{study}.linkage_quality")
    together = governance + requests_table(requests) + research_tables(built_sample) + quality
    assert len(reasons) > 10
    assert sum(cell.published is None for cell in together.cells) > 50
    assert margins.exposed(together, SMALLEST) == []


# --------------------------------------------------------------------------------------------------
# What governance publishes, in random studies
# --------------------------------------------------------------------------------------------------

POLICIES = {
    "adults_beside_everyone": [
        ("education", "child", "family", "standard"),
        ("education", "adult", "family", "standard"),
        ("health", "child", "family", "permission"),
        ("health", "adult", "family", "permission"),
        ("benefits", "adult", "family", "permission"),
    ],
    "two_answers": [
        ("education", "child", "child", "permission"),
        ("education", "child", "parent", "permission"),
    ],
}


class RandomStudies:
    """Studies of random people in a database, with what the project publishes of them."""

    def __init__(self, studies: int, seed: int):
        self.draw = np.random.default_rng(seed)
        self.connection = duckdb.connect()
        self.connection.execute(
            f"""
            attach ':memory:' as study;
            create schema study.policy;
            create schema study.intermediate;
            create schema study.governance;
            create table study.policy.linkage_policies (
                study varchar, domain varchar, records_of_role varchar, answers_of varchar,
                mode varchar
            );
            create table study.policy.studies (study varchar, main_survey_started_on date);
            create table study.policy.disclosure_control as select {SMALLEST} as min_class_size;
            create table study.intermediate.int_steps_reached (
                study varchar, participant_id varchar, domain varchar, is_adult boolean,
                last_step integer
            );
            create table study.governance.linkage_decisions (
                study varchar, participant_id varchar, domain varchar, answers_of varchar,
                reason varchar
            );
            """
        )
        names = [f"{policies} {number}" for number in range(studies) for policies in POLICIES]
        self.add(
            "policy.studies",
            [(name, "2023-09-01" if "adults" in name else None) for name in names],
        )
        self.add(
            "policy.linkage_policies",
            [(name, *policy) for name in names for policy in POLICIES[name.split()[0]]],
        )
        self.people_added()

    def add(self, table: str, rows: list[tuple]) -> None:
        columns = [list(column) for column in zip(*rows, strict=True)]
        unnested = ", ".join("unnest(?)" for _ in columns)
        self.connection.execute(f"insert into study.{table} select {unnested}", columns)

    def people_added(self) -> None:
        """People of random kinds, some common and most rare, in every domain of their role.

        In half of the studies hardly anybody is of the pilot or unreadable.
        """
        alike: dict[tuple, dict[str, list]] = defaultdict(lambda: defaultdict(list))
        for kind in margins.possible_kinds(self.connection):
            alike[kind.study, kind.in_every_domain][kind.domain].append(kind)
        steps, decisions = [], []
        hardly_any = {study: self.draw.random() < 0.5 for study, _ in alike}
        for number, ((study, (role, _, everywhere)), domains) in enumerate(alike.items()):
            few = everywhere and hardly_any[study]
            people = int(self.draw.choice([0, 3] if few else [0, 3, 12, 40, 150]))
            for domain, kinds in domains.items():
                weights = np.exp(self.draw.normal(0, 3, len(kinds)))
                drawn = self.draw.choice(len(kinds), people, p=weights / weights.sum())
                for person, place in enumerate(drawn):
                    kind, at = kinds[place], (study, f"{number} {person}", domain)
                    steps.append((*at, role == "adult", kind.last_step))
                    decisions.extend((*at, *reason) for reason in kind.reasons)
        self.add("intermediate.int_steps_reached", steps)
        self.add("governance.linkage_decisions", decisions)

    def publish(self, consent_flow: str) -> None:
        self.connection.execute(
            f"create or replace table study.governance.consent_flow as {consent_flow}"
        )

    def exposed(self, consent_flow: str, governance_reasons: str) -> list[str]:
        """What the two tables tell of what they withhold."""
        self.publish(consent_flow)
        reasons = self.connection.sql(governance_reasons).fetchall()
        assert reasons
        tables = margins.governance_tables(self.connection, reasons)
        assert sum(cell.published is not None for cell in tables.cells) > len(reasons)
        return margins.exposed(tables, SMALLEST)


def governance_queries(data: Path) -> dict[str, str]:
    return {
        "consent_flow": compiled(data, "models/marts/governance/consent_flow.sql"),
        "governance_reasons": compiled(data, "analyses/governance_reasons.sql"),
    }


def weakened(queries: dict[str, str], query: str, rule: str, instead: str) -> dict[str, str]:
    """The queries, one of them without a part of its rule."""
    weaker = re.sub(rule, instead, queries[query])
    assert weaker != queries[query]
    return {**queries, query: weaker}


PARTS_OF_FLOW = {
    "no_further": ("consent_flow", r"steps_told_apart.went_no_further,", ""),
    "since_took_part": ("consent_flow", r", steps_told_apart.took_part - [^)]+", ""),
    "children_beside_adults": (
        "consent_flow",
        r"studies\.fewest_told_apart",
        "studies.fewest_invited",
    ),
}
PARTS_OF_RULES = {
    **PARTS_OF_FLOW,
    "next_smallest": (
        "governance_reasons",
        r"and \(\(\s+coalesce[\s\S]+? >= min_class_size\s+\)\s+\)",
        "",
    ),
}


@pytest.mark.parametrize("studies", [2, pytest.param(40, marks=pytest.mark.long)], ids=["2", "40"])
def test_flow_and_reasons_of_random_studies_tell_nothing_withheld(
    studies: int, built_sample: Path
) -> None:
    assert RandomStudies(studies, seed=3).exposed(**governance_queries(built_sample)) == []


@pytest.mark.parametrize("part", PARTS_OF_RULES.values(), ids=PARTS_OF_RULES)
def test_without_any_part_of_its_rule_governance_is_seen_to_tell(
    part: tuple[str, str, str], built_sample: Path
) -> None:
    queries = weakened(governance_queries(built_sample), *part)
    assert RandomStudies(2, seed=1).exposed(**queries)


def test_the_data_test_sees_a_flow_that_tells_of_a_few(built_sample: Path) -> None:
    rule = compiled(built_sample, "tests/rules/no_step_of_consent_flow_tells_of_a_few.sql")
    queries = governance_queries(built_sample)
    studies = RandomStudies(2, seed=1)
    studies.publish(queries["consent_flow"])
    assert studies.connection.sql(rule).fetchall() == []
    for part in PARTS_OF_FLOW.values():
        studies.publish(weakened(queries, *part)["consent_flow"])
        assert studies.connection.sql(rule).fetchall()


# --------------------------------------------------------------------------------------------------
# Linkage quality, in random studies
# --------------------------------------------------------------------------------------------------

CATEGORIES = {"one": 2, "two": 3, "three": 6}


def random_children(studies: int, seed: int) -> tuple[list[tuple], list[tuple]]:
    """Children who may be looked for or not, found or not, and what is known of them.

    Often few are missed, or few may not be looked for, or hardly anybody has no records; some
    categories are of nobody. `two` is told by answers beside which not everyone may be looked for.
    """
    draw = np.random.default_rng(seed)
    children, described = [], []
    for study in map(str, range(studies)):
        missed = draw.choice([0.02, 0.1, 0.5])
        without_records = draw.choice([0, 0, 0.02, 0.4])
        apart = draw.choice([0, 0.03, 0.3])
        weights = {name: draw.dirichlet(np.full(many, 0.7)) for name, many in CATEGORIES.items()}
        linkable = int(draw.integers(20, 1000))
        for number in range(linkable + draw.choice([0, 3, 10, 40, 300])):
            is_linkable, is_matched = number < linkable, draw.random() > missed
            is_linked = is_matched and draw.random() >= without_records
            child = (study, f"{study} {number}")
            children.append((*child, is_linkable, bool(is_matched), bool(is_linked)))
            for name, many in CATEGORIES.items():
                if draw.random() > 0.1:
                    beside = is_linkable and (name != "two" or draw.random() >= apart)
                    category = str(draw.choice(many, p=weights[name]))
                    described.append((*child, name, category, bool(beside)))
    return children, described


def exposed_of_quality(studies: int, quality: str) -> tuple[list[str], int]:
    """What is exposed of random studies, and how many of their rows are published."""
    children, described = random_children(studies, seed=5)
    listed = [
        (str(study), name, str(number))
        for study in range(studies)
        for name, many in CATEGORIES.items()
        for number in range(many)
    ]
    with duckdb.connect() as connection:
        connection.execute(
            f"""
            attach ':memory:' as study;
            create schema study.policy;
            create schema study.intermediate;
            create table study.policy.disclosure_control as select {SMALLEST} as min_class_size;
            """
        )
        for table, columns, rows in (
            (
                "intermediate.int_children_linkable",
                "study, participant_id, is_linkable, is_matched, is_linked",
                children,
            ),
            (
                "intermediate.int_children_described",
                "study, participant_id, characteristic, category, is_linkable",
                described,
            ),
            ("policy.linkage_characteristics", "study, characteristic, category", listed),
        ):
            unnested = ", ".join("unnest(?)" for _ in rows[0])
            connection.execute(
                f"create table study.{table} as select * from (select {unnested}) as t({columns})",
                [list(column) for column in zip(*rows, strict=True)],
            )
        connection.execute(f"create table quality as {quality}")
        (published,) = connection.sql(
            "select count(*) from quality where characteristic != 'all' and not is_withheld"
        ).fetchone()
        tables = quality_tables(connection, "(from quality where study = '{study}')")
        return margins.exposed(tables, SMALLEST), published


def quality_query(data: Path) -> str:
    return compiled(data, "models/intermediate/quality/int_linkage_quality.sql")


@pytest.mark.parametrize(
    "studies", [40, pytest.param(400, marks=pytest.mark.long)], ids=["40", "400"]
)
def test_linkage_quality_of_random_studies_tells_nothing_withheld(
    studies: int, built_sample: Path
) -> None:
    exposed, published = exposed_of_quality(studies, quality_query(built_sample))
    assert exposed == []
    assert 2 * published > studies


PARTS_OF_QUALITY = {
    "next_smallest": (r"    and \(\s+min\(least[\s\S]+?(?=\n\s*\) as is_withheld)", ""),
    "not_looked_for": (r"(case when [^()]+ end), not_linkable|not_linkable, (?=case)", r"\1"),
    "without_records": (r"case when all_without_records > 0[^()]+ end", "children_matched"),
}


@pytest.mark.parametrize("part", PARTS_OF_QUALITY.values(), ids=PARTS_OF_QUALITY)
def test_without_any_part_of_its_rule_linkage_quality_is_seen_to_tell(
    part: tuple[str, str], built_sample: Path
) -> None:
    query = quality_query(built_sample)
    weaker = re.sub(*part, query)
    assert weaker != query
    exposed, _ = exposed_of_quality(40, weaker)
    assert exposed
