"""The codebook page of a release: what is in it, made from its DuckDB file alone."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from math import ceil, floor, log10
from pathlib import Path

import duckdb
from markupsafe import Markup

from studylink import databases, pages
from studylink.pages import charts, examples
from studylink.pages.figures import base, counted, public, share, size
from studylink.pages.flow import consent_flows
from studylink.release.content import NEVER_MISSING

FILE = "codebook.html"
OF_COUNTS = "linkage_quality"
PSEUDONYM = "pseudonym"
MOST_VALUES = 24
"""How many values of a variable are listed, and about how many bins its numbers are put in."""
NUMBERS = ("BIGINT", "INTEGER", "DOUBLE")
BIN = " to under "
ORDERED = r"\d.*|Under .*"
"""What begins with a number has an order: years, months, bands."""


@dataclass(frozen=True)
class Value:
    """A value of a variable, or a bin of values, and how many people have it in any row."""

    value: str
    label: str | None
    people: int | None
    share: float | None


@dataclass(frozen=True)
class Variable:
    """A column as `about.columns` describes it, with what may be shown of its values."""

    name: str
    label: str
    description: str
    data_type: str
    facts: dict[str, str]
    labelled_by: str | None = None
    values: list[Value] = field(default_factory=list)
    note: str = ""
    missing: str = ""
    chart: Markup | None = None


@dataclass(frozen=True)
class Table:
    """A table of the release; counts are public, and none for tables of counts and `about`."""

    schema: str
    name: str
    description: str
    variables: list[Variable]
    is_of_people: bool
    people: int | None
    rows: int | None
    periods: str

    @property
    def id(self) -> str:
        """Its name in a query, which is its anchor on the page."""
        return f"{self.schema}.{self.name}"


def write(
    release: Path, file: Path, previous: Path | None = None, previous_key: str | None = None
) -> None:
    """Write the codebook of a release.

    `release` is its `release.duckdb`, `previous` that of the project's release before it, with the
    key that it is encrypted with, if it is.
    """
    with duckdb.connect(str(release), read_only=True) as connection:
        about = _record(connection, "from about.release")
        tables = list(_tables(connection))
        pages.write(
            file,
            "codebook.html",
            about=about,
            built=_record(connection, "from about.build"),
            tables=tables,
            schemas=[(schema, list(of)) for schema, of in groupby(tables, lambda one: one.schema)],
            flows=consent_flows(connection, "about.consent_flow"),
            denominators=_denominators(connection),
            linkage=[
                (table.schema, *_linkage(connection, table.schema))
                for table in tables
                if table.name == OF_COUNTS
            ],
            examples=examples.queries(tables),
            changes=_changes(connection, tables, previous, previous_key) if previous else None,
        )


def _denominators(connection: duckdb.DuckDBPyConnection) -> tuple[list[str], list[tuple]]:
    """Header and rows of `about.denominators`."""
    found = connection.execute("from about.denominators order by all")
    header = [name.replace("_", " ").capitalize() for name, *_ in found.description]
    return header, found.fetchall()


def _records(connection: duckdb.DuckDBPyConnection, query: str) -> list[dict]:
    cursor = connection.execute(query)
    names = [name for name, *_ in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _record(connection: duckdb.DuckDBPyConnection, query: str) -> dict:
    [record] = _records(connection, query)
    return record


def _quoted(*names: str) -> str:
    return ".".join('"{}"'.format(name.replace('"', '""')) for name in names)


# --------------------------------------------------------------------------------------------------
# Tables and variables
# --------------------------------------------------------------------------------------------------


def _tables(connection: duckdb.DuckDBPyConnection) -> Iterator[Table]:
    """The tables of the studies, then those of `about`, as `about.columns` lists them."""
    columns = _records(connection, "from about.columns order by table_schema, table_name, position")
    listed = dict.fromkeys((one["table_schema"], one["table_name"]) for one in columns)
    comments = {
        (schema, name): comment
        for schema, name, comment in connection.execute(
            "select schema_name, table_name, comment from duckdb_tables()"
        ).fetchall()
    }
    for schema, name in sorted(listed, key=lambda table: (table[0] == "about", table)):
        of_table = [
            one for one in columns if (one["table_schema"], one["table_name"]) == (schema, name)
        ]
        is_of_people = schema != "about" and name != OF_COUNTS
        counted = _Counted(connection, schema, name, of_table) if is_of_people else None
        variables = list(_variables(of_table, counted))
        yield Table(
            schema,
            name,
            comments[schema, name] or "",
            variables,
            is_of_people,
            counted.people if counted else None,
            counted.rows if counted else None,
            _periods(variables),
        )


def _periods(variables: list[Variable]) -> str:
    """The first and the last period that enough people have: whatever is beyond shows a few."""
    for one in variables:
        if one.name in ("academic_year", "tax_year") or one.name.endswith("_month"):
            return " to ".join(one.values[place].value for place in (0, -1) if one.values)
    return ""


class _Counted:
    """What may be counted in a table: people by value, and the share of rows without one."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        schema: str,
        name: str,
        columns: list[dict],
    ):
        self.connection = connection
        self.table = _quoted(schema, name)
        names = [one["column_name"] for one in columns]
        self.counted = counted(names)
        self.people, self.rows = size(connection, self.table, names)
        self.labels: dict[str, dict[str, str]] = {}
        for column, value, label in self._rows(
            "select column_name, value, label from about.value_labels"
            " where table_schema = ? and table_name = ? order by all",
            [schema, name],
        ):
            self.labels.setdefault(column, {})[value] = label

    def _rows(self, query: str, parameters: list | None = None) -> list[tuple]:
        return self.connection.execute(query, parameters).fetchall()

    def _people_by(self, value: str) -> dict[str, int | None]:
        """The public count of people who have each value of an expression in any row."""
        return {
            value: public(people)
            for value, people in self._rows(
                f"select {value} as value, count({self.counted}) from {self.table}"
                " where value is not null group by value order by value"
            )
        }

    def missing(self, column: str) -> str:
        """What share of rows has no value, in words; withheld where few people have one or none."""
        column = _quoted(column)
        [(empty, empty_people, people)] = self._rows(
            f"""
            select
                count(*) filter ({column} is null),
                count({self.counted}) filter ({column} is null),
                count({self.counted}) filter ({column} is not null)
            from {self.table}
            """
        )
        if public(empty_people) is None:
            return f"in the rows of fewer than {base()} people, or in none"
        if public(people) is None:
            return f"in all rows but those of fewer than {base()} people, or in all"
        return f"in {share(public(empty), self.rows):.0%} of rows"

    def values(self, column: str, data_type: str) -> tuple[list[Value], str, Markup | None]:
        """The values of a column with their counts, a note on what is not shown, and a chart."""
        quoted, labels = _quoted(column), self.labels.get(column)
        kind, note = "rows", ""
        if labels or data_type == "BOOLEAN":
            people = self._people_by(f"{quoted}::varchar")
            listed = labels or {"true": "Yes", "false": "No"}
            values = [
                self._value(value, listed[value], people.get(value))
                for value in sorted(listed, key=_in_order)
            ]
            if len(values) > MOST_VALUES:
                values, note = _commonest(values)
        elif data_type in NUMBERS:
            kind = "columns"
            values = self._bins(quoted, data_type != "DOUBLE")
        else:
            values = [
                self._value(value, None, people)
                for value, people in self._people_by(f"{quoted}::varchar").items()
                if people
            ]
            if all(re.fullmatch(ORDERED, one.value) for one in values):
                kind = "columns"
                values.sort(key=lambda one: _in_order(one.value))
            elif len(values) > MOST_VALUES:
                values, note = _commonest(values)
            note = note or f"Values that fewer than {base()} people have are not listed."
        shown = [one for one in values if one.people]
        if not shown:
            return values, note, None
        most = max(shown, key=lambda one: one.people or 0)
        draw = charts.columns if kind == "columns" else charts.rows
        name = (
            f"People by {column}: {len(shown)} values shown, most often {most.label or most.value}"
            f" ({most.people:,} people). The table has the same figures."
        )
        return (
            values,
            note,
            draw([(one.label or one.value.split(BIN)[0], one.people) for one in values], name),
        )

    def _value(self, value: str, label: str | None, people: int | None) -> Value:
        return Value(value, label, people, share(people, self.people))

    def _bins(self, column: str, is_whole: bool) -> list[Value]:
        """Numbers in bins of a round width; those at the ends only where enough people are in them.

        The width is that of the middle nine tenths, as a step of 1, 2 or 5 times a power of ten:
        no one person's value moves it.
        """
        [(low, high)] = self._rows(
            f"select quantile_disc({column}, 0.05), quantile_disc({column}, 0.95) from {self.table}"
        )
        if low is None:
            return []
        least = (high - low) / MOST_VALUES or (1 if is_whole else 0.1)
        power = 10.0 ** floor(log10(least))
        width = next(step * power for step in (1, 2, 5, 10) if step * power >= least * 0.999)
        width = max(width, 1) if is_whole else width
        counted = {
            int(number): people
            for number, people in self._people_by(f"floor({column} / {width!r})").items()
        }
        shown = [number for number, people in counted.items() if people]
        if not shown:
            return []
        digits = max(0, ceil(-log10(width)))

        def named(number: float) -> str:
            return f"{number:,.{digits}f}"

        return [
            self._value(
                named(number * width)
                if is_whole and width == 1
                else f"{named(number * width)}{BIN}{named((number + 1) * width)}",
                None,
                counted.get(number),
            )
            for number in range(min(shown), max(shown) + 1)
        ]


def _in_order(value: str) -> list:
    """A key that puts text in its natural order: 2 before 10, and whatever is under both first."""
    return [
        (not value.startswith("Under"), 0, ""),
        *(
            (0, int(part), "") if part.isdecimal() else (1, 0, part)
            for part in re.findall(r"\d+|\D+", value)
        ),
    ]


def _commonest(values: list[Value]) -> tuple[list[Value], str]:
    ranked = sorted(values, key=lambda one: -(one.people or 0))[:MOST_VALUES]
    return (
        [one for one in ranked if one.people],
        f"The most frequent values, at most {MOST_VALUES}, that at least {base()} people have;"
        " about.value_labels has every code with a label.",
    )


FACTS = {"unit": "Unit", "recode": "Recode", "source": "Source"}


def _variables(columns: list[dict], counted: _Counted | None) -> Iterator[Variable]:
    """Each column, a code together with the column that holds its label."""
    names = {one["column_name"] for one in columns}
    for one in columns:
        name = one["column_name"]
        if name.endswith("_label") and name.removesuffix("_label") in names:
            continue
        data_type = one["data_type"].upper()
        label, description = one["label"], one["description"] or ""
        facts = {title: one[fact] for fact, title in FACTS.items() if one[fact]}
        labelled_by = f"{name}_label" if f"{name}_label" in names else None
        values: list[Value] = []
        note, missing, chart = "", one["missing"] or "", None
        if counted:
            share_missing = counted.missing(name)
            if missing == NEVER_MISSING:
                missing = "Never"
            else:
                missing = f"{share_missing[0].upper()}{share_missing[1:]}. {missing}".rstrip(". ")
            if one["class"] == PSEUDONYM:
                note = "A pseudonym, whose values say nothing: none are shown."
            else:
                values, note, chart = counted.values(name, data_type)
        yield Variable(
            name,
            label,
            description.removeprefix(label).lstrip(". "),
            data_type.lower(),
            facts,
            labelled_by,
            values,
            note,
            missing,
            chart,
        )


# --------------------------------------------------------------------------------------------------
# Linkage and changes
# --------------------------------------------------------------------------------------------------


def _linkage(connection: duckdb.DuckDBPyConnection, study: str) -> tuple[list[dict], Markup]:
    """A study's rows of `linkage_quality`, everybody first, and their chart."""
    found = _records(
        connection,
        f"from {_quoted(study, OF_COUNTS)}"
        " order by domain, characteristic != 'all', characteristic, category",
    )
    rates = []
    last = None
    for one in found:
        if one["characteristic"] not in (last, "all"):
            heading = one["characteristic"].replace("_", " ").capitalize()
            rates.append(charts.Rate(heading, None, None, None, is_heading=True))
        last = one["characteristic"]
        at = one["match_rate"], one["match_rate_low"], one["match_rate_high"]
        rates.append(charts.Rate(one["category"], *at))
    return found, charts.intervals(rates, f"Match rates of {study} with 95% intervals")


@dataclass(frozen=True)
class Changes:
    """What a release has that the project's release before it had not, and the other way about."""

    release_id: str
    as_of: str
    added: list[str]
    removed: list[str]
    altered: list[tuple[str, str]]
    people: list[tuple[str, int | None, int | None]]


def _changes(
    connection: duckdb.DuckDBPyConnection, tables: list[Table], previous: Path, key: str | None
) -> Changes:
    """Compare two releases, by what `about.columns` says and by public counts of people."""
    said = ("label", "description", "data_type", "unit", "recode", "missing")
    now = _described(connection)
    people = {table.id: table.people for table in tables if table.is_of_people}
    with duckdb.connect() as earlier:
        databases.attach_file(earlier, previous, "previous", key, read_only=True)
        earlier.execute("use previous")
        about = _record(earlier, "from about.release")
        before = _described(earlier)
        people_before = {
            table.id: _Counted(earlier, table.schema, table.name, of_table).people
            for table in tables
            if table.is_of_people and (of_table := _of_table(before, table.id))
        }
    return Changes(
        about["release_id"],
        about["as_of"],
        sorted(now.keys() - before.keys()),
        sorted(before.keys() - now.keys()),
        [
            (name, ", ".join(differing).replace("_", " "))
            for name in sorted(now.keys() & before.keys())
            if (differing := [one for one in said if now[name][one] != before[name][one]])
        ],
        [
            (name, people_before[name], people[name])
            for name in sorted(people.keys() & people_before.keys())
            if people[name] != people_before[name]
        ],
    )


def _of_table(described: dict[str, dict], table: str) -> list[dict]:
    return [one for name, one in described.items() if name.startswith(f"{table}.")]


def _described(connection: duckdb.DuckDBPyConnection) -> dict[str, dict]:
    return {
        "{table_schema}.{table_name}.{column_name}".format(**one): one
        for one in _records(connection, "from about.columns")
    }
