"""A release that may leave the secure place under a licence: one table of one row per study child.

What a release holds of a child, records and answers, is summed up in categories (`children.yml`).
The policy seed `generalisations` says how far each may be generalised, and `generalisation.py`
chooses. Ids are those of the release, which join to nothing: no other table of people is left.

In a study whose answers may be linked or not, only linked answers and the records to which they are
linked are summed up.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import yaml

from studylink.files import quoted
from studylink.pages import figures
from studylink.release.content import NEVER_MISSING, comment
from studylink.release.eligibility import Refused
from studylink.release.generalisation import Anonymous, Codes, Hierarchy, Rules, anonymised
from studylink.release.plan import CHILD_YEARS, CHILDREN, LINK, PERSON, Tables

DISCLOSURE = "disclosure"
DECLARATION = Path(__file__).parent / "children.yml"
PARTICIPANTS = "participants"
YEAR, WAVE, IS_WHOLE = "academic_year", "wave", "is_whole_year_dv"
ROLES = ("mother", "father", "parental_carer")
"""Whose answer goes first, of several in one wave."""
IN_WORDS = {
    ("latest", None): "",
    ("latest", YEAR): "In the latest school year that shows it.",
    ("latest", WAVE): "In the latest wave with an answer: the mother's, or else the father's.",
    ("ever", YEAR): "In any school year.",
    ("share", YEAR): "Share of the whole school years in which it is known.",
    ("total", YEAR): "Over all whole school years.",
    ("yearly", YEAR): "Mean of the whole school years.",
}
"""What each summary is, of rows that have a school year, a wave or neither."""
OF_WHOLE_YEARS = ("share", "total", "yearly")
CHILD_ID = "The child. Keyed for this release alone, so that it joins to nothing else."
MISSING = {
    "quasi": "Not known, or blanked: too few children were alike",
    "sensitive": "Not known, or blanked: children who are alike shared it",
}
DISCLOSURE_DESCRIBED = (
    "How the columns of a table of children were generalised, and of how many children a value was "
    "blanked. Grain: one row per column.",
    {
        "table_schema": ("varchar", "Schema of the table, a study.", NEVER_MISSING),
        "column_name": ("varchar", "Name of the column.", NEVER_MISSING),
        "class": (
            "varchar",
            "By which somebody may be known (`quasi`), or `sensitive`.",
            NEVER_MISSING,
        ),
        "level": ("integer", "Level of its hierarchy that is shown, 0 the finest.", NEVER_MISSING),
        "last_level": ("integer", "Level at which nothing would be shown.", NEVER_MISSING),
        "categories": ("varchar", "What is shown, separated by semicolons.", NEVER_MISSING),
        "children_blanked": (
            "bigint",
            "Children of whom a value was blanked that is shown of others. {counts_in_words}.",
            "Withheld, as a small count",
        ),
    },
)

Held = Mapping[str, frozenset[str]]
"""The tables of people of one study, with their columns."""


class CannotBeSafeguarded(Refused):
    """A study's children cannot be shown; the message says why."""


@dataclass(frozen=True)
class Policy:
    """What the policy seeds say: the rules, and every hierarchy.

    Of a hierarchy, `values` has the code, or the least number, of each of its rows.
    """

    rules: Rules
    hierarchies: Mapping[str, Hierarchy]
    values: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Column:
    """A column of the table, as `children.yml` declares it; `needs` has all that it is made of."""

    name: str
    table: str
    source: str
    summary: str
    declared_class: str
    levels: str
    unit: str | None
    label: str
    period: str | None
    needs: frozenset[str]


@dataclass(frozen=True)
class Declared:
    """The columns of a study's table, and the column of its answers that names the child."""

    child: str
    columns: tuple[Column, ...]


@dataclass(frozen=True)
class Shown:
    """A column at the level at which it is shown, and how many children's values were blanked."""

    column: Column
    hierarchy: Hierarchy
    level: int
    blanked: int

    @property
    def categories(self) -> list[str]:
        """What it shows; nothing at the last level."""
        return self.hierarchy.categories(self.level)

    @property
    def description(self) -> str:
        """What it holds, in words."""
        return f"{self.column.label}. {IN_WORDS[self.column.summary, self.column.period]}".strip()

    @property
    def recode(self) -> str:
        """What was done to it, in words."""
        if not self.categories:
            return "Not shown"
        return f"Categories, at level {self.level} of 0 to {len(self.hierarchy.levels) - 1}"


def read_policy(connection: duckdb.DuckDBPyConnection, schema: str = "study.policy") -> Policy:
    """What the policy seeds say, as they were built.

    Raises `Refused` where a hierarchy is missing or faulty.
    """
    ((size, values, share),) = connection.execute(
        f"""
        select min_class_size, min_sensitive_values, max_share_blanked
        from {schema}.disclosure_control
        """
    ).fetchall()
    rows: dict[str, list[tuple[str, ...]]] = {}
    for hierarchy, *row in connection.execute(
        f"select hierarchy, value, level_0, level_1, level_2 from {schema}.generalisations "
        "order by rowid"
    ).fetchall():
        rows.setdefault(hierarchy, []).append(tuple(row))
    for study in _children_yml().values():
        for name in (one["levels"] for one in study["columns"]):
            if name not in rows:
                raise _faulty(name, "it has no row")
    return Policy(
        Rules(size, values, share),
        {name: _hierarchy(name, of_name) for name, of_name in rows.items()},
        {name: tuple(value for value, *_ in of_name) for name, of_name in rows.items()},
    )


def _hierarchy(name: str, rows: Sequence[tuple[str, ...]]) -> Hierarchy:
    values, *levels = zip(*rows, strict=True)
    levels = [level for level in levels if any(level)]
    if not all(values) or len(set(values)) < len(values):
        raise _faulty(name, "a value is empty, or in two rows")
    if not levels or not all(map(all, levels)):
        raise _faulty(name, "a row has no category at a level at which others have one")
    try:
        return Hierarchy(tuple(levels))
    except ValueError as error:
        raise _faulty(name, str(error)) from None


def _faulty(hierarchy: str, what: str) -> Refused:
    return Refused(
        f"in the policy seed generalisations, hierarchy {hierarchy}: {what}. Correct "
        "seeds/generalisations.csv, and build again"
    )


def keep_what_is_summed_up(connection: duckdb.DuckDBPyConnection, database: str) -> Tables:
    """Leave in a release only what the children's rows are made of; returns tables and columns.

    Raises `CannotBeSafeguarded` where nothing of a study can be summed up.
    """
    kept = {}
    for study, held in _studies(connection, database).items():
        declared = _declared(study, held)
        used = {column.table for column in declared.columns}
        if "role" in held.get(PARTICIPANTS, ()):
            used.add(PARTICIPANTS)
        for table in held.keys() - used:
            connection.execute(f"drop table {database}.{study}.{table}")
        # participants last: who is kept there depends on who answered
        tables = {table: held[table] for table in sorted(used, key=PARTICIPANTS.__eq__)}
        connection.execute(
            "create or replace temp table children as "
            + _children(f"{database}.{study}", tables, declared)
        )
        for table, columns in tables.items():
            people = "from children"
            if table == PARTICIPANTS:
                people += "".join(
                    f" union select {PERSON} from {database}.{study}.{answers}"
                    for answers, of_answers in tables.items()
                    if WAVE in of_answers
                )
            child = _child(columns, declared)
            connection.execute(
                f"""
                delete from {database}.{study}.{table}
                where {child} is null or {child} not in ({people})
                """
            )
        kept[study] = {
            table: (
                PERSON,
                *sorted(_needed(declared, table) - {PERSON}),
            )
            for table in tables
        }
    return kept


def sum_up(
    connection: duckdb.DuckDBPyConnection, database: str, policy: Policy
) -> dict[str, Anonymous]:
    """Replace the tables of people of a release by `<study>.children`, and what describes them.

    The release is attached as `database`. Returns how each study's children were generalised.
    Raises `CannotBeSafeguarded` where nothing of a study can be summed up, or its children are
    fewer than a class may have.
    """
    keep_what_is_summed_up(connection, database)
    _create_disclosure(connection, database)
    found = {}
    for study, tables in _studies(connection, database).items():
        declared = _declared(study, tables)
        rows = connection.execute(
            _summed(f"{database}.{study}", tables, declared, policy)
        ).to_arrow_table()
        if len(rows) < policy.rules.min_class_size:
            raise CannotBeSafeguarded(
                f"{study} has fewer than {policy.rules.min_class_size} children to show"
            )
        columns = declared.columns
        hierarchies = [policy.hierarchies[column.levels] for column in columns]
        codes = np.empty((len(rows), len(columns)), dtype=np.int64)
        for place, column in enumerate(columns):
            codes[:, place] = rows[column.name].to_numpy()
        quasi = sum(column.declared_class == "quasi" for column in columns)
        anonymous = anonymised(
            codes[:, :quasi], hierarchies[:quasi], codes[:, quasi:], policy.rules
        )
        levels = (*anonymous.levels, *[0] * (len(columns) - quasi))
        shown = [
            Shown(column, hierarchy, level, blanked)
            for column, hierarchy, level, blanked in zip(
                columns, hierarchies, levels, anonymous.blanked, strict=True
            )
        ]
        for table in tables:
            connection.execute(f"drop table {database}.{study}.{table}")
        codes = np.hstack([anonymous.quasi, anonymous.sensitive])
        _write(connection, f"{database}.{study}.{CHILDREN}", rows[PERSON], codes, shown, policy)
        _describe(connection, database, study, shown)
        found[study] = anonymous
    return found


# --------------------------------------------------------------------------------------------------
# What is summed up
# --------------------------------------------------------------------------------------------------


def _studies(connection: duckdb.DuckDBPyConnection, database: str) -> Mapping[str, Held]:
    """The tables of people of each study in a release, with their columns."""
    studies: dict[str, dict[str, frozenset[str]]] = {}
    for study, table, columns in connection.execute(
        """
        select schema_name, table_name, list(column_name)
        from duckdb_columns() where database_name = ?
        group by all having bool_or(column_name = ?) order by all
        """,
        [database, PERSON],
    ).fetchall():
        studies.setdefault(study, {})[table] = frozenset(columns)
    return studies


def _declared(study: str, tables: Held) -> Declared:
    """What `children.yml` declares of a study, as far as the release has what is summed up."""
    content = _children_yml().get(study)
    if not content:
        raise CannotBeSafeguarded(f"children.yml declares nothing for {study}")
    child = content["child"]
    columns = [_column(one, child) for one in content["columns"]]
    columns = [one for one in columns if one.needs <= tables.get(one.table, frozenset())]
    has_link = any(child in held for held in tables.values())
    if not columns or (child == LINK and not has_link):
        raise CannotBeSafeguarded(f"the plan has nothing of {study} that can be summed up")
    # what somebody may be known by first, each class in its order
    return Declared(child, tuple(sorted(columns, key=lambda one: one.declared_class != "quasi")))


@cache
def _children_yml() -> dict[str, dict[str, Any]]:
    content: dict[str, dict[str, Any]] = yaml.safe_load(DECLARATION.read_text(encoding="utf-8"))
    return content


def _column(declared: dict[str, Any], child: str) -> Column:
    table, source = declared["of"].split(".")
    period = {PARTICIPANTS: None, CHILD_YEARS: YEAR}.get(table, WAVE)
    needs = {source, period or "role"}
    if period == WAVE:
        needs.add(child)
    elif declared["summary"] in OF_WHOLE_YEARS:
        needs.add(IS_WHOLE)
    return Column(
        declared["name"],
        table,
        source,
        declared["summary"],
        declared["class"],
        declared["levels"],
        declared.get("unit"),
        declared["label"],
        period,
        frozenset(needs),
    )


def _needed(declared: Declared, table: str) -> set[str]:
    """The columns of a table that are summed up, or by which they are."""
    return {one for column in declared.columns if column.table == table for one in column.needs}


def _child(columns: frozenset[str], declared: Declared) -> str:
    """The column of a table that says whose row it is, among the children."""
    return declared.child if declared.child in columns else PERSON


def _children(schema: str, tables: Held, declared: Declared) -> str:
    """A query of the children: those of linked answers, or else all of the study."""
    return " union ".join(
        f"select {_child(columns, declared)} as {PERSON} from {schema}.{table} where "
        + (
            "role = 'child'"
            if table == PARTICIPANTS
            else f"{_child(columns, declared)} is not null"
        )
        for table, columns in tables.items()
        if declared.child != LINK or LINK in columns
    )


def _summed(schema: str, tables: Held, declared: Declared, policy: Policy) -> str:
    """A query of a row per child: the number of the finest category of every column, 0 for none."""
    queries = []
    for table in dict.fromkeys(column.table for column in declared.columns):
        of_table = [column for column in declared.columns if column.table == table]
        summaries = ", ".join(f"{_summary(column, policy)} as {column.name}" for column in of_table)
        child = _child(tables[table], declared)
        rows = f"select *, {child} as child, 0 as goes_first from {schema}.{table}"
        if WAVE in tables[table] and "role" in tables.get(PARTICIPANTS, ()):
            order = " ".join(f"when '{role}' then {-place}" for place, role in enumerate(ROLES))
            rows = f"""
                select answers.*, answers.{child} as child, case role {order} end as goes_first
                from {schema}.{table} as answers
                left join {schema}.{PARTICIPANTS} as respondents using ({PERSON})"""
        queries.append(
            f"left join (select child, {summaries} from ({rows}) group by child) using (child)"
        )
    names = ", ".join(f"coalesce({column.name}, 0) as {column.name}" for column in declared.columns)
    return f"""
        select child as {PERSON}, {names}
        from (select {PERSON} as child from ({_children(schema, tables, declared)}))
        {" ".join(queries)}
    """


def _summary(column: Column, policy: Policy) -> str:
    """The number of the finest category of a child's rows."""
    known, hierarchy = policy.values[column.levels], policy.hierarchies[column.levels]
    is_number = all(value.replace(".", "", 1).isdigit() for value in known)
    value = f"cast({column.source} as {'double' if is_number else 'varchar'})"
    order = f"({column.period or 0}, goes_first, {value})"
    whole = f"filter ({IS_WHOLE})"
    summary = {
        "latest": f"arg_max({value}, {order})",
        "ever": f"max({value})",
        "share": f"avg({value}) {whole}",
        "total": f"sum({value}) {whole}",
        "yearly": f"avg({value}) {whole}",
    }[column.summary]
    categories = hierarchy.categories(0)
    numbered = [
        (value, categories.index(shown) + 1)
        for value, shown in zip(known, hierarchy.levels[0], strict=True)
    ]
    if is_number:
        # the highest band that begins no higher
        numbered.sort(key=lambda one: -float(one[0]))
        cases = " ".join(f"when {summary} >= {least} then {number}" for least, number in numbered)
        return f"case {cases} else 0 end"
    cases = " ".join(f"when {quoted(code)} then {number}" for code, number in numbered)
    return f"case {summary} {cases} else 0 end"


# --------------------------------------------------------------------------------------------------
# What is written
# --------------------------------------------------------------------------------------------------


def _write(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    people: pa.ChunkedArray,
    codes: Codes,
    shown: Sequence[Shown],
    policy: Policy,
) -> None:
    """Write the table in words, in the order of its ids, with its comments."""
    selected = ", ".join(
        f"[{', '.join(map(quoted, one.categories))}][nullif({one.column.name}, 0)]::varchar "
        f"as {one.column.name}"
        for one in shown
    )
    connection.register(
        "children_shown",
        pa.table({PERSON: people, **{one.column.name: codes[:, n] for n, one in enumerate(shown)}}),
    )
    try:
        connection.execute(
            f"create table {table} as "
            f"select {PERSON}, {selected} from children_shown order by {PERSON}"
        )
    finally:
        connection.unregister("children_shown")
    rules = policy.rules
    comment(
        connection,
        table,
        "What the records and answers of each study child say, summed up in categories. In all "
        "columns by which somebody may be known, taken together, every row is like those of "
        f"{rules.min_class_size} children or more; a sensitive column is shown where these have "
        f"{rules.min_sensitive_values} of its values or more. Grain: one row per child.",
        {PERSON: CHILD_ID, **{one.column.name: one.description for one in shown}},
    )


def _describe(
    connection: duckdb.DuckDBPyConnection,
    database: str,
    study: str,
    shown: Sequence[Shown],
) -> None:
    """Put what describes the new table in the place of what described the tables it sums up."""
    about = f"{database}.about"
    sources = dict(
        connection.execute(
            f"select table_name || '.' || column_name, source from {about}.columns "
            "where table_schema = ?",
            [study],
        ).fetchall()
    )
    for table in ("columns", "value_labels", "coverage"):
        # tables of counts stay
        connection.execute(
            f"""
            delete from {about}.{table} as described
            where table_schema = ? and not exists (
                select 1 from duckdb_tables() as held
                where
                    held.database_name = ?
                    and held.schema_name = described.table_schema
                    and held.table_name = described.table_name
                    and held.table_name != ?
            )
            """,
            [study, database, CHILDREN],
        )
    _insert_columns(
        connection,
        about,
        study,
        CHILDREN,
        [
            (PERSON, CHILD_ID, CHILD_ID, "pseudonym", None, None, None, NEVER_MISSING),
            *(
                (
                    one.column.name,
                    one.column.label,
                    one.description,
                    one.column.declared_class,
                    one.column.unit,
                    sources.get(f"{one.column.table}.{one.column.source}"),
                    one.recode,
                    MISSING[one.column.declared_class],
                )
                for one in shown
            ),
        ],
    )
    labels = [(one.column.name, label) for one in shown for label in one.categories]
    if labels:
        connection.executemany(
            f"insert into {about}.value_labels "
            "(table_schema, table_name, column_name, value, label) values (?, ?, ?, ?, ?)",
            [(study, CHILDREN, name, label, label) for name, label in labels],
        )
    connection.executemany(
        f"insert into {about}.{DISCLOSURE} values (?, ?, ?, ?, ?, ?, ?)",
        [
            (
                study,
                one.column.name,
                one.column.declared_class,
                one.level,
                len(one.hierarchy.levels),
                "; ".join(one.categories) or "Not shown",
                figures.public(one.blanked),
            )
            for one in shown
        ],
    )
    connection.execute(
        f"insert into {about}.coverage (table_schema, table_name, rows_held) "
        f"select ?, ?, count(*) from {database}.{study}.{CHILDREN}",
        [study, CHILDREN],
    )


def _create_disclosure(connection: duckdb.DuckDBPyConnection, database: str) -> None:
    description, columns = DISCLOSURE_DESCRIBED
    columns = {
        name: (kind, said.format(counts_in_words=figures.in_words()), missing)
        for name, (kind, said, missing) in columns.items()
    }
    table = f"{database}.about.{DISCLOSURE}"
    declared = ", ".join(f"{name} {kind}" for name, (kind, _, _) in columns.items())
    connection.execute(f"create table {table} ({declared})")
    comment(connection, table, description, {name: said for name, (_, said, _) in columns.items()})
    _insert_columns(
        connection,
        f"{database}.about",
        "about",
        DISCLOSURE,
        [
            (name, said.split(". ")[0].rstrip("."), said, "plain", None, None, None, missing)
            for name, (_, said, missing) in columns.items()
        ],
    )


def _insert_columns(
    connection: duckdb.DuckDBPyConnection,
    about: str,
    schema: str,
    table: str,
    described: Sequence[tuple[str | None, ...]],
) -> None:
    """Describe the columns of a table.

    Each has its name, label, description, class, unit, source, recode and why a value is missing.
    """
    connection.executemany(
        f"""
        insert into {about}.columns by name
        select
            table_schema, table_name, column_index as position, column_name,
            lower(data_type) as data_type,
            $4 as label, $5 as description, $6 as class, $7 as unit, $8 as source, $9 as recode,
            $10 as missing
        from (
            select schema_name as table_schema, * exclude (schema_name)
            from duckdb_columns() where database_name = split_part($11, '.', 1)
        )
        where (table_schema, table_name, column_name) = ($1, $2, $3)
        """,
        [(schema, table, *one, about) for one in described],
    )
