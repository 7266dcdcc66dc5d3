"""A release's plan: what a project is to receive, as a small YAML file that anybody can read.

    project: P001
    access: secure            # or safeguarded: one row per child, all of it generalised
    family_research_id:       # why it is needed; empty: it is left out
    years:                    # the first and the last, as [2022, 2024]; empty: all
    statements: [no_damage_to_a_person, no_decision_about_a_person]
    tables:
      five_to_twelve:
        absence: all          # or a list of its columns

What a project may have is read off the research database: each column shows in its `source` which
supplier it is from, and so of which domain it is. Answers go with every study. The default plan is
all of that without family ids.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import yaml

from studylink.contract import ANSWERS, landed_tables, of_kind

KEYS = ("project", "access", "family_research_id", "years", "statements", "tables")
STATEMENTS = {
    "no_damage_to_a_person": "The research does no damage, and causes no distress, to a particular "
    "person.",
    "no_decision_about_a_person": "It takes no measure and no decision about a particular person.",
}
"""What those who release sign of the research (Data Protection Act 2018, section 19)."""
ACCESS = SECURE, SAFEGUARDED = "secure", "safeguarded"
PERSON, FAMILY, LINK = "research_id", "family_research_id", "linked_child_research_id"
JOIN_FAMILIES = (FAMILY, "child_research_id", "area_id")
"""Ids that group a family's members: its own, the child's in answers, and that of an area, in which
often one family of the study lives."""
CHILD_YEARS = "child_years"
"""It repeats what parents answered and earned, beside the child."""
CHILDREN = "children"
"""The one table of people of a safeguarded release."""
NO_REASON = ("none", "no", "n/a", "nil")
"""What somebody may write who wants no family ids."""
ALL = "all"
AREA = {"ons": "area"}
"""The domain of reference data that is looked up for people; records have theirs declared."""

Tables = Mapping[str, Mapping[str, Sequence[str]]]
"""The columns of each table of each study, in the order of the research database."""


class PlanRefused(Exception):
    """A plan cannot be read, or asks for what may not be had; the message says what and why."""


@dataclass(frozen=True)
class Plan:
    """What a project is to receive.

    `family_ids_because` is why `family_research_id` is needed, none where it is left out. `years`
    are the first and the last calendar year in which a row may begin, none for all: a school or tax
    year begins in its first, and a row that shows no year is then left out.
    """

    project: str
    access: str
    family_ids_because: str | None
    years: tuple[int, int] | None
    statements: tuple[str, ...]
    tables: Tables

    def written(self) -> str:
        """The plan as YAML, which `read` gives back."""
        return yaml.safe_dump(
            {
                "project": self.project,
                "access": self.access,
                "family_research_id": self.family_ids_because,
                "years": list(self.years) if self.years else None,
                "statements": list(self.statements),
                "tables": {
                    study: {table: list(columns) for table, columns in tables.items()}
                    for study, tables in self.tables.items()
                },
            },
            sort_keys=False,
            allow_unicode=True,
        )


@dataclass(frozen=True)
class Column:
    """A column of a research table of people, and its domain: none of answers and of ids.

    `repeats` is the table of parents that a column of `child_years` repeats, if it does.
    """

    study: str
    table: str
    name: str
    has_source: bool
    domain: str | None
    repeats: str | None = None


def columns_of_people(connection: duckdb.DuckDBPyConnection) -> list[Column]:
    """Every column of every research table whose rows are somebody's, with its domain."""
    domains = AREA | {table.schema: table.domain for table in landed_tables() if table.domain}
    rows = connection.execute(
        f"""
        select table_schema, table_name, column_name, split_part(source, '.', 1),
            split_part(source, '.', 2)
        from research.about.columns
        qualify bool_or(column_name = '{PERSON}') over (partition by table_schema, table_name)
        order by table_schema, table_name, position
        """
    ).fetchall()
    of_parents = {one.name for one in of_kind(ANSWERS) if one.answers_of != "child"}
    columns = []
    for study, table, name, supplier, origin in rows:
        flag = re.fullmatch(r"is_(\w+)_linked", name)
        domain = flag[1] if flag else domains.get(supplier)
        is_repeated = name.startswith("parents_") or origin in of_parents
        repeats = origin if table == CHILD_YEARS and is_repeated else None
        columns.append(Column(study, table, name, supplier is not None, domain, repeats))
    return columns


def allowed(
    columns: Sequence[Column],
    studies: Sequence[str],
    domains: Sequence[str],
    family_ids: bool,
    access: str = SECURE,
) -> dict[str, dict[str, list[str]]]:
    """What a project with these studies and domains may have.

    A table is in if it shows something of an allowed domain, or answers. The link from answers to
    records goes only with records.
    """
    tables: dict[str, dict[str, list[str]]] = {study: {} for study in studies}
    # a safeguarded table sums up by the child, and has no id that joins
    withheld = () if family_ids else (FAMILY,) if access == SAFEGUARDED else JOIN_FAMILIES
    shown = [
        column
        for column in columns
        if column.study in studies and (column.domain is None or column.domain in domains)
    ]
    with_source = {(column.study, column.table) for column in shown if column.has_source}
    with_records = {column.study for column in shown if column.domain and column.has_source}
    for column in shown:
        if (
            (column.study, column.table) in with_source
            and column.name not in withheld
            and (column.name != LINK or column.study in with_records)
        ):
            tables[column.study].setdefault(column.table, []).append(column.name)
    return tables


def domains(columns: Sequence[Column], plan: Plan) -> list[str]:
    """The domains of which a plan shows anything."""
    return sorted(
        {
            column.domain
            for column in columns
            if column.domain
            and column.name in plan.tables.get(column.study, {}).get(column.table, ())
        }
    )


def _joining(tables: Tables, columns: Sequence[Column]) -> list[tuple[str, str, str]]:
    """Columns that join parents to their child without ids: a parent's own table has them too."""
    return [
        (one.study, one.table, one.name)
        for one in columns
        if one.repeats in tables.get(one.study, {})
        and one.name in tables[one.study].get(one.table, ())
    ]


def default(
    project: str, columns: Sequence[Column], studies: Sequence[str], domains: Sequence[str]
) -> Plan:
    """The default plan of a project."""
    tables = allowed(columns, studies, domains, family_ids=False)
    for study, table, name in _joining(tables, columns):
        tables[study][table].remove(name)
    return Plan(project, SECURE, None, None, tuple(STATEMENTS), tables)


def read(
    file: Path, columns: Sequence[Column], studies: Sequence[str], domains: Sequence[str]
) -> Plan:
    """The plan in a file, every table with its columns in their order.

    Raises `PlanRefused` where it is no plan, or asks for what a project with these studies and
    domains may not have.
    """
    try:
        return _plan(_content(file), columns, studies, domains)
    except PlanRefused as error:
        raise PlanRefused(f"{file}: {error}") from None


class _Loader(yaml.SafeLoader):
    """YAML in which no key appears twice: of two it would take the last, and say nothing."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict:
        mapping = super().construct_mapping(node, deep)
        if len(mapping) < len(node.value):
            raise PlanRefused(
                f"in the block that begins in line {node.start_mark.line + 1} a key appears twice: "
                "keep one of the two"
            )
        return mapping


def _content(file: Path) -> Any:
    try:
        return yaml.load(file.read_text(encoding="utf-8"), _Loader)
    except PlanRefused:
        raise
    except OSError as error:
        raise PlanRefused(f"it cannot be read ({error.strerror})") from None
    except yaml.MarkedYAMLError as error:
        line = f"line {error.problem_mark.line + 1}" if error.problem_mark else "it"
        raise PlanRefused(
            f"{line} cannot be read as YAML: look at its colons, quotes and indents"
        ) from None
    except Exception:
        # whatever the library stumbles over: a date that there is not, a number that is too long
        raise PlanRefused(
            "it cannot be read as YAML: put quotes around whatever is not a plain word or year"
        ) from None


def _plan(
    content: Any, columns: Sequence[Column], studies: Sequence[str], domains: Sequence[str]
) -> Plan:
    if not isinstance(content, dict) or set(content) - set(KEYS):
        raise PlanRefused(f"it is no plan: a plan may have {', '.join(KEYS)}, and nothing else")
    project = content.get("project")
    if not isinstance(project, str):
        raise PlanRefused("project must be the project's id, in quotes if it is a number")
    because = content.get(FAMILY)
    if because is not None and not (isinstance(because, str) and because.strip()):
        raise PlanRefused(f"{FAMILY} needs a reason in words, or must be left empty")
    if because and because.strip().casefold() in NO_REASON:
        # YAML takes it for text, which would bring the ids in
        raise PlanRefused(f"{FAMILY} must be left empty if there is no reason for it")
    if because is not None:
        # both people sign it, as one line among others
        because = " ".join(because.split())
        if not because.isprintable():
            raise PlanRefused(f"{FAMILY} needs a reason in words, and holds control characters")
    access = content.get("access", SECURE)
    if access not in ACCESS:
        raise PlanRefused(f"access must be {' or '.join(ACCESS)}")
    if access == SAFEGUARDED and because is not None:
        raise PlanRefused(f"a safeguarded release has no {FAMILY}: leave it empty")
    statements = content.get("statements")
    if statements is None:
        statements = []
    _check_names(statements, STATEMENTS, f"statements may be {' and '.join(STATEMENTS)}")
    may_have = allowed(columns, studies, domains, because is not None, access)
    tables = _tables(content.get("tables", may_have), may_have, columns)
    joining = _joining(tables, columns) if access == SECURE and because is None else []
    if joining:
        raise PlanRefused(
            f"without {FAMILY} nothing may join parents to their child: leave "
            f"{', '.join('.'.join(one) for one in joining)} out, or the tables of parents that "
            "have the same"
        )
    return Plan(
        project=project,
        access=access,
        family_ids_because=because,
        years=_years(content.get("years")),
        statements=tuple(statements),
        tables=tables,
    )


def _check_names(content: Any, known: Collection[str], rule: str) -> None:
    """Raise `PlanRefused` unless it is a list of names that are known."""
    if not isinstance(content, list):
        raise PlanRefused(rule)
    for number, name in enumerate(content, start=1):
        # a colon after a name makes something else of it, which may not even be looked up
        if not isinstance(name, str) or name not in known:
            raise PlanRefused(
                f"{rule}; item {number} is something else: write the name alone, without a colon"
            )


def _years(content: Any) -> tuple[int, int] | None:
    if content is None:
        return None
    match content:
        # to Python true and false are numbers
        case [int(first), int(last)] if bool not in map(type, content) and first <= last:
            return first, last
    raise PlanRefused("years must be the first and the last, as [2022, 2024], or empty")


def _tables(content: Any, may_have: Tables, columns: Sequence[Column]) -> Tables:
    """The columns that a plan names, `all` standing for all that may be had of a table."""
    if not isinstance(content, dict) or not all(
        of and isinstance(of, dict) for of in content.values()
    ):
        raise PlanRefused("tables must name studies, and under each of them its tables")
    tables: dict[str, dict[str, list[str]]] = {}
    for study, asked in content.items():
        for table, names in asked.items():
            there_are = may_have.get(study, {}).get(table)
            known = [one.name for one in columns if (one.study, one.table) == (study, table)]
            if not known:
                raise PlanRefused(f"there is no table {study}.{table} of people")
            if there_are is None:
                raise PlanRefused(
                    f"{study}.{table} belongs to a study or domain for which the project is not "
                    "approved"
                )
            if names == ALL:
                names = there_are
            rule = f"{study}.{table} must be `all`, or a list of its columns"
            _check_names(names or None, known, rule)
            beyond = sorted(set(names) - set(there_are))
            if beyond:
                raise PlanRefused(
                    f"{study}.{table} may not have {', '.join(beyond)}: the project is not "
                    "approved for that domain, or it is a family id, and no reason is given for one"
                )
            # whose row it is, always
            kept = {PERSON, *names}
            tables.setdefault(study, {})[table] = [name for name in there_are if name in kept]
    if not tables:
        raise PlanRefused("the plan names no table")
    return tables
