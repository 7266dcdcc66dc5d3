"""Plan taint: the walk through a plan finds the true sources, and the project is clean."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import pytest

from studylink.cli import main
from studylink.lineage import Lineage, command
from studylink.lineage.flows import Column, Flow, Relation, Source
from studylink.lineage.plan import Walk
from studylink.lineage.shadow import Shadow
from studylink.manifest import Manifest, Node

TABLES = {
    "t": {
        "a": "varchar",
        "b": "varchar",
        "n": "integer",
        "d": "date",
        "l": "varchar[]",
        "s": "struct(x integer, y varchar)",
        "m": "map(varchar, varchar)",
    },
    "u": {"a": "varchar", "c": "varchar", "n": "integer"},
}
MACROS = """
    create macro doubled(x) as x || x;
    create macro kept(least_n) as table select a, b from landed.main.t where n > least_n;
"""


@dataclass(frozen=True)
class Shape:
    """One form of SQL: of each column of its result the true sources, and what acts on its rows."""

    name: str
    sql: str
    explicit: str
    implicit: str = ""


def shape(name: str, sql: str, explicit: str, implicit: str = "") -> Shape:
    """`explicit` is `column: sources, column: sources`; a source is `t.a`."""
    return Shape(name, sql, explicit, implicit)


SHAPES = [
    # choosing and renaming
    shape("column", "select a from t", "a: t.a"),
    shape("renamed", "select a as z from t", "z: t.a"),
    shape("renamed by prefix", "select z: a from t", "z: t.a"),
    shape("constant", "select 1 as z from t", "z:"),
    shape("star", "select * from u", "a: u.a, c: u.c, n: u.n"),
    shape("star exclude", "select * exclude (n) from u", "a: u.a, c: u.c"),
    shape("star replace", "select * replace (c || a as c) from u", "a: u.a, c: u.a u.c, n: u.n"),
    shape("star rename", "select * rename (a as z) from u", "z: u.a, c: u.c, n: u.n"),
    shape("star like", "select * like 'a%' from u", "a: u.a"),
    shape("columns by pattern", "select columns('^[ac]$') from u", "a: u.a, c: u.c"),
    shape("columns in an expression", "select upper(columns(['a', 'c'])) from u", "a: u.a, c: u.c"),
    shape("columns by lambda", "select columns(x -> x = 'n') from u", "n: u.n"),
    shape("unpacked columns", "select coalesce(*columns(['a', 'c'])) as z from u", "z: u.a u.c"),
    shape("from first", "from u", "a: u.a, c: u.c, n: u.n"),
    shape("alias used again", "select a as z, z || c as y from u", "z: u.a, y: u.a u.c"),
    shape("aliased columns", "select p from u as v(p, q, r)", "p: u.a"),
    # expressions
    shape("concatenation", "select a || b as z from t", "z: t.a t.b"),
    shape("method chain", "select a.lower().left(1) as z from t", "z: t.a"),
    shape("cast", "select n::varchar as z from t", "z: t.n"),
    shape("try_cast", "select try_cast(a as integer) as z from t", "z: t.a"),
    shape("case result", "select case when true then a else b end as z from t", "z: t.a t.b"),
    shape("case condition", "select case when n > 1 then 'x' else 'y' end as z from t", "z: t.n"),
    shape("case operand", "select case a when 'x' then b end as z from t", "z: t.a t.b"),
    shape("coalesce", "select coalesce(a, b) as z from t", "z: t.a t.b"),
    shape("nullif", "select nullif(a, b) as z from t", "z: t.a t.b"),
    shape("between", "select n between 1 and length(a) as z from t", "z: t.n t.a"),
    shape("in a list", "select a in (b, 'x') as z from t", "z: t.a t.b"),
    shape("like", "select a like b || '%' as z from t", "z: t.a t.b"),
    shape("is null", "select a is null as z from t", "z: t.a"),
    shape("row comparison", "select (a, b) = ('x', 'y') as z from t", "z: t.a t.b"),
    shape("date arithmetic", "select d + to_days(n) as z from t", "z: t.d t.n"),
    # nested values
    shape("list access", "select l[1] as z from t", "z: t.l"),
    shape("list slice", "select l[1:n] as z from t", "z: t.l t.n"),
    shape("list written", "select [a, b] as z from t", "z: t.a t.b"),
    shape("struct access", "select s.y as z from t", "z: t.s"),
    shape("struct star", "select s.* from t", "x: t.s, y: t.s"),
    shape("struct written", "select {'k': a, 'i': n} as z from t", "z: t.a t.n"),
    shape("struct_pack", "select struct_pack(k := a).k as z from t", "z: t.a"),
    shape("map access", "select m[a] as z from t", "z: t.m t.a"),
    shape("list lambda", "select list_transform(l, lambda x: x || a) as z from t", "z: t.l t.a"),
    shape("list filter", "select list_filter(l, lambda x: x != b) as z from t", "z: t.l t.b"),
    shape(
        "list comprehension", "select [x || b for x in l if x > a] as z from t", "z: t.l t.a t.b"
    ),
    shape("list reduce", "select list_reduce(l, lambda x, y: x || y) as z from t", "z: t.l"),
    shape("whole row", "select u as z from u", "z: u.a u.c u.n"),
    shape("row to json", "select to_json(u) as z from u", "z: u.a u.c u.n"),
    shape("json access", "select to_json({'k': a, 'i': b}) ->> 'k' as z from t", "z: t.a t.b"),
    # unnesting and pivoting
    shape("unnest", "select a, unnest(l) as z from t", "a: t.a, z: t.l"),
    shape("unnest of a struct", "select unnest(s) from t", "x: t.s, y: t.s"),
    shape("unnest in from", "select z from t, unnest(t.l) as q(z)", "z: t.l"),
    shape("range of a column", "select i from t, range(t.n) as q(i)", "i: t.n", "t.n"),
    shape(
        "pivot",
        "select * from (pivot t on b in ('x', 'y') using max(n) group by a)",
        "a: t.a, x: t.n t.b, y: t.n t.b",
        "t.a",
    ),
    shape(
        "pivot in standard SQL",
        "select * from (select a, b, n from t) pivot (sum(n) for b in ('x', 'y'))",
        "a: t.a, x: t.n t.b, y: t.n t.b",
        "t.a",
    ),
    shape(
        "unpivot",
        "select k, v from (unpivot u on a, c into name k value v)",
        "k:, v: u.a u.c",
        "u.a u.c",
    ),
    # several tables
    shape("filter", "select a from t where b = 'x' and n > 1", "a: t.a", "t.b t.n"),
    shape("inner join", "select t.a, u.c from t join u on t.b = u.c", "a: t.a, c: u.c", "t.b u.c"),
    shape(
        "left join",
        "select b, c from t left join u on t.a = u.a and t.n < u.n",
        "b: t.b, c: u.c",
        "t.a u.a t.n u.n",
    ),
    shape(
        "right join",
        "select b, c from t right join u on t.a = u.a",
        "b: t.b, c: u.c",
        "t.a u.a",
    ),
    shape(
        "full join using",
        "select a, b, c from t full join u using (a)",
        "a: t.a u.a, b: t.b, c: u.c",
        "t.a u.a",
    ),
    shape("natural join", "select b, c from t natural join u", "b: t.b, c: u.c", "t.a u.a t.n u.n"),
    shape(
        "join on either",
        "select b from t join u on t.a = u.a or t.n > u.n",
        "b: t.b",
        "t.a u.a t.n u.n",
    ),
    shape("cross join", "select b, c from t cross join u", "b: t.b, c: u.c"),
    shape("semi join", "select b from t semi join u using (a)", "b: t.b", "t.a u.a"),
    shape("anti join", "select b from t anti join u on t.n = u.n", "b: t.b", "t.n u.n"),
    shape(
        "as-of join",
        "select b, c from t asof join u on t.a = u.a and t.n >= u.n",
        "b: t.b, c: u.c",
        "t.a u.a t.n u.n",
    ),
    shape("positional join", "select b, c from t positional join u", "b: t.b, c: u.c"),
    shape("self join", "select x.b from t x join t y on x.a = y.b", "b: t.b", "t.a t.b"),
    shape(
        "lateral",
        "select z from t, lateral (select t.b || u.c as z from u where u.n < t.n)",
        "z: t.b u.c",
        "u.n t.n t.b",
    ),
    # subqueries
    shape(
        "scalar subquery",
        "select a, (select max(c) from u) as z from t",
        "a: t.a, z: u.c",
    ),
    shape(
        "correlated scalar subquery",
        "select b, (select max(c) from u where u.a = t.a) as z from t",
        "b: t.b, z: u.c",
        "t.a u.a",
    ),
    shape(
        "correlated twice over",
        "select (select max((select min(v.c) from u v where v.a = t.b and v.n = u.n)) from u)"
        " as z from t",
        "z: u.c",
        "u.a t.b u.n",
    ),
    shape("in a subquery", "select b from t where a in (select c from u)", "b: t.b", "t.a u.c"),
    shape("not in", "select b from t where a not in (select c from u)", "b: t.b", "t.a u.c"),
    shape("a match as a value", "select a in (select c from u) as z from t", "z: t.a u.c"),
    shape(
        "exists",
        "select b from t where exists (select 1 from u where u.a = t.a and u.n > 1)",
        "b: t.b",
        "t.a u.a u.n",
    ),
    shape(
        "exists as a value",
        "select exists (select 1 from u where u.a = t.a) as z from t",
        "z: t.a",
        "u.a t.a",
    ),
    shape("compared with any", "select n > any (select n from u) as z from t", "z: t.n u.n"),
    shape(
        "compared with all", "select b from t where n > all (select n from u)", "b: t.b", "t.n u.n"
    ),
    # grouping
    shape("aggregate", "select max(a) as z from t", "z: t.a"),
    shape("count of rows", "select count(*) as z from t", "z:"),
    shape("group by", "select a, sum(n) as z from t group by a", "a: t.a, z: t.n", "t.a"),
    shape(
        "group by all",
        "select a, b, count(*) as z from t group by all",
        "a: t.a, b: t.b, z:",
        "t.a t.b",
    ),
    shape("filtered aggregate", "select max(a) filter (b = 'x') as z from t", "z: t.a t.b"),
    shape("ordered aggregate", "select first(a order by n) as z from t", "z: t.a t.n"),
    shape("string_agg", "select string_agg(a, ', ' order by d desc) as z from t", "z: t.a t.d"),
    shape("list aggregate", "select list(distinct a order by a) as z from t", "z: t.a"),
    shape("arg_max", "select arg_max(a, n) as z from t", "z: t.a t.n"),
    shape("list_aggregate", "select list_aggregate(l, 'max') as z from t", "z: t.l"),
    shape(
        "grouping sets",
        "select a, b, grouping(a) as z from t group by grouping sets ((a), (b))",
        "a: t.a, b: t.b, z: t.a",
        "t.a t.b",
    ),
    shape(
        "rollup", "select a, max(n) as z from t group by rollup (a, b)", "a: t.a, z: t.n", "t.a t.b"
    ),
    shape("having", "select a from t group by a having max(n) > 1", "a: t.a", "t.a t.n"),
    shape("distinct", "select distinct a from t", "a: t.a", "t.a"),
    shape("distinct on", "select distinct on (a) b from t order by a, n", "b: t.b", "t.a t.n"),
    # windows
    shape("window partition", "select count(*) over (partition by a) as z from t", "z: t.a"),
    shape("window order", "select rank() over (order by n) as z from t", "z: t.n"),
    shape(
        "window frame",
        "select sum(n) over (order by d rows between length(a) preceding and current row) as z"
        " from t",
        "z: t.n t.d t.a",
    ),
    shape(
        "named window",
        "select lag(a, 1, b) over w as z from t window w as (partition by n order by d)",
        "z: t.a t.b t.n t.d",
    ),
    shape(
        "window aggregate filtered",
        "select sum(n) filter (b = 'x') over (partition by a) as z from t",
        "z: t.n t.b t.a",
    ),
    shape(
        "ordered within a window",
        "select first_value(a order by n) over () as z from t",
        "z: t.a t.n",
    ),
    shape(
        "qualify",
        "select a from t qualify row_number() over (partition by b order by n) = 1",
        "a: t.a",
        "t.b t.n",
    ),
    # sets of rows
    shape("union all", "select a from t union all select c from u", "a: t.a u.c"),
    shape("union", "select a from t union select c from u", "a: t.a u.c", "t.a u.c"),
    shape(
        "union by name",
        "select a, b from t union all by name select c as b, a from u",
        "a: t.a u.a, b: t.b u.c",
    ),
    shape("except", "select a from t except select c from u", "a: t.a", "t.a u.c"),
    shape("intersect", "select a from t intersect all select c from u", "a: t.a", "t.a u.c"),
    shape("values", "select v.z, a from t, (values ('x'), ('y')) as v(z)", "z:, a: t.a"),
    shape("order", "select a from t order by b, n desc", "a: t.a", "t.b t.n"),
    shape("order by all", "select a, b from t order by all", "a: t.a, b: t.b", "t.a t.b"),
    shape("limit", "select a from t order by n limit 2 offset 1", "a: t.a", "t.n"),
    shape(
        "limit by a value",
        "select a from t limit (select max(n) from u)",
        "a: t.a",
        "u.n",
    ),
    # names for queries
    shape("cte", "with x as (select a || b as z from t) select z from x", "z: t.a t.b"),
    shape(
        "cte read twice",
        "with x as (select a, n from t where b = 'x') select p.a from x p join x q on p.n = q.n",
        "a: t.a",
        "t.b t.n",
    ),
    shape(
        "materialised cte",
        "with x as materialized (select a, b from t) select b from x where a > 'x'",
        "b: t.b",
        "t.a",
    ),
    shape(
        "cte within a cte",
        "with x as (with y as (select c as z from u) select z from y) select z from x",
        "z: u.c",
    ),
    shape(
        "recursive cte",
        "with recursive r as (select a, n, 1 as i from t union all"
        " select u.c, r.n, i + 1 from r join u on r.a = u.a where i < 3) select a, n from r",
        "a: t.a u.c, n: t.n",
        "t.a u.c u.a",
    ),
    shape(
        "derived table", "select z from (select a as z, b from t) where b = 'x'", "z: t.a", "t.b"
    ),
    shape("scalar macro", "select doubled(a) as z from t", "z: t.a"),
    shape("table macro", "select b from kept(1)", "b: t.b", "t.n"),
]


@pytest.fixture(scope="module")
def shadow() -> Shadow:
    """The two tables, empty, and the macros."""
    shadow = Shadow()
    for name, columns in TABLES.items():
        shadow.create(f'"landed"."main"."{name}"', columns.items())
    shadow.connection.execute("use landed.main")
    shadow.connection.execute(MACROS)
    return shadow


def walk() -> Walk:
    """A walk over the two tables, each column its own source."""
    tables = {
        f'"landed"."main"."{name}"': (
            tuple(columns),
            Relation(
                tuple(
                    Column({Flow(Source(name, column), kind == "date"): frozenset()})
                    for column, kind in columns.items()
                )
            ),
        )
        for name, columns in TABLES.items()
    }
    return Walk(tables, "model", lambda source: "direct")


def traced(shadow: Shadow, sql: str) -> tuple[dict[str, set[str]], set[str]]:
    """The sources of each column of a query that still give something away, and of its rows."""
    relation = walk().result(shadow.plan(sql))
    names = [name for name, _ in shadow.columns(sql)]
    explicit = {
        name: {str(flow.source) for flow in column.flows}
        for name, column in zip(names, relation.columns, strict=True)
    }
    return explicit, {str(one.flow.source) for one in relation.implicit}


def expected(one: Shape) -> tuple[dict[str, set[str]], set[str]]:
    explicit = {}
    for column in one.explicit.split(","):
        name, _, sources = column.partition(":")
        explicit[name.strip()] = set(sources.split())
    return explicit, set(one.implicit.split())


@pytest.mark.parametrize("one", SHAPES, ids=lambda one: one.name)
def test_each_shape_of_sql_has_its_true_sources(one: Shape, shadow: Shadow) -> None:
    assert traced(shadow, one.sql) == expected(one)


ROWS = {
    "t": """
        ('x', 'y', 1, date '2020-01-01', ['x', 'p'], {'x': 1, 'y': 'k'}, map {'x': 'j'}),
        ('y', 'x', 2, date '2020-02-01', ['y'], {'x': 2, 'y': 'l'}, map {'y': 'i'}),
        ('z', 'x', 3, date '2020-03-01', ['q', 'r'], {'x': 3, 'y': 'm'}, map {'z': 'h'}),
        ('x', 'z', 2, date '2020-04-01', null, {'x': 4, 'y': 'n'}, map {'w': 'g'})
    """,
    "u": "('x', 'y', 1), ('y', 'z', 2), ('w', 'x', 3), ('z', null, 1)",
}
OTHERWISE = {
    "varchar": "case {0} when 'x' then 'z' when 'z' then 'y' when 'y' then 'x' else 'x' end",
    "integer": "case {0} when 1 then 3 when 3 then 2 else 1 end",
    "date": "date '2021-01-01' - ({0} - date '2020-01-01')::integer",
    "varchar[]": "list_reverse(list_append({0}, 'x'))",
    "struct(x integer, y varchar)": "{{'x': 9 - {0}.x, 'y': upper({0}.y)}}",
    "map(varchar, varchar)": "map {{'x': 'v', 'y': 'u', 'z': 't'}}",
}


@pytest.fixture(scope="module")
def filled() -> duckdb.DuckDBPyConnection:
    """The two tables with a few rows."""
    connection = duckdb.connect()
    connection.execute("attach ':memory:' as landed; use landed")
    for table, columns in TABLES.items():
        described = ", ".join(f"{name} {kind}" for name, kind in columns.items())
        connection.execute(f"create table {table} ({described})")
        connection.execute(f"insert into {table} values {ROWS[table]}")
    connection.execute(MACROS)
    return connection


@pytest.mark.parametrize("one", SHAPES, ids=lambda one: one.name)
def test_a_column_that_is_not_a_source_of_a_shape_changes_nothing_in_its_result(
    one: Shape, filled: duckdb.DuckDBPyConnection
) -> None:
    explicit, implicit = expected(one)
    sources = implicit.union(*explicit.values())
    before = filled.execute(one.sql).fetchall()
    for table, columns in TABLES.items():
        for column, kind in columns.items():
            if f"{table}.{column}" not in sources:
                filled.execute("begin")
                filled.execute(f"update {table} set {column} = {OTHERWISE[kind].format(column)}")
                after = filled.execute(one.sql).fetchall()
                filled.execute("rollback")
                assert sorted(map(str, after)) == sorted(map(str, before)), f"{table}.{column}"


# a project of three models, small enough to be written here

STAGED = {
    "study": ("varchar", "key"),
    "person_id": ("varchar", "key"),
    "school": ("varchar", "key"),
    "name": ("varchar", "direct"),
    "born_on": ("date", "direct"),
    "seen_on": ("date", "quasi"),
    "left_on": ("date", "quasi"),
    "score": ("integer", "quasi"),
    "comments": ("varchar", "free_text"),
    "row_fault": ("varchar", "plain"),
}
STAGING_SQL = """
    select study, person_id, school, name, try_cast(born_on as date) as born_on,
        try_cast(seen_on as date) as seen_on, try_cast(left_on as date) as left_on,
        try_cast(score as integer) as score, comments,
        case when name is null then 'empty: name' end as row_fault
    from "landing"."agency"."people"
"""
VAULT_SQL = 'select * from "study"."staging"."stg_people"'
PEOPLE = '"vault"."main"."people"'
PSEUDONYM = """
    left(sha256(getvariable('hmac_opad') || unhex(sha256(
        getvariable('hmac_ipad') || encode(study || '/' || 'person' || '/' || {})))), 32)
"""
JUDGED = f"""
    select *, school = 'x' as is_at_x, case when school = 'x' then 1 end as only_at_x from {PEOPLE}
"""
SEEN_IN = "cast(extract(year from seen_on) as integer)"
AGE = "case when {0} >= {1} then {0} - {1} end"
AS_OF = "timestamp '2026-01-01 00:00:00'"
MONTHS = f"""(
    12 * (extract(year from {AS_OF}) - extract(year from {{0}}))
    + extract(month from {AS_OF}) - extract(month from {{0}})
)"""


def node(name: str, path: str, relation: str, sql: str | None, parents: tuple[str, ...]) -> Node:
    database, schema, alias = relation.replace('"', "").split(".")
    return Node(
        id=name,
        name=name,
        kind="source" if sql is None else "model",
        path=path,
        relation=relation,
        database=database,
        schema=schema,
        alias=alias,
        materialized="table",
        sql=sql,
        parents=parents,
        columns={column: {"class": declared} for column, (_, declared) in STAGED.items()},
        types={column: kind for column, (kind, _) in STAGED.items()},
        config={},
    )


@pytest.fixture
def violations(tmp_path: Path) -> Callable[..., list[str]]:
    """What is wrong with the small project, given the SQL of its mart or of another model."""
    nothing_allowed = tmp_path / "allowed.yml"
    nothing_allowed.write_text("[]")

    def found(mart: str = "select 1 as z", allowed: str = "[]", **sql: str) -> list[str]:
        nothing_allowed.write_text(allowed)
        landed = node("landed", "models/staging/x.yml", '"landing"."agency"."people"', None, ())
        staged = node(
            "stg_people",
            "models/staging/stg_people.sql",
            '"study"."staging"."stg_people"',
            sql.get("staged", STAGING_SQL),
            ("landed",),
        )
        vault = node(
            "people", sql.get("path", "models/vault/people.sql"), PEOPLE, VAULT_SQL, ("stg_people",)
        )
        marts = node("mart", "models/marts/mart.sql", '"research"."main"."mart"', mart, ("people",))
        manifest = object.__new__(Manifest)
        manifest.nodes = {one.id: one for one in (landed, staged, vault, marts)}
        return Lineage(manifest, nothing_allowed).violations()

    return found


@pytest.mark.parametrize(
    "value",
    [
        PSEUDONYM.format("person_id"),
        PSEUDONYM.format("name"),
        PSEUDONYM.format("lower(name)"),
        f"case when {MONTHS.format('born_on')} / 12.0 < 16 then 'a child'"
        f" when {MONTHS.format('born_on')} / 12.0 < 65 then 'of working age'"
        f" when {MONTHS.format('born_on')} / 12.0 >= 65 then 'older' end",
        AGE.format(SEEN_IN, "cast(extract(year from date_trunc('month', born_on)) as integer)"),
        AGE.format(SEEN_IN, "cast(extract(year from try_cast(comments as date)) as integer)"),
        AGE.format(
            "cast(extract(year from date '2026-01-01') as integer)",
            "cast(extract(year from born_on) as integer)",
        ),
        "strftime(seen_on, '%Y-%m')",
        "cast(extract(year from seen_on) as integer)",
        "date_diff('day', seen_on, left_on)",
        "person_id is not null",
        "seen_on is null",
        "count(distinct person_id) over (partition by score)",
        "count(case when score > 3 then person_id end) over ()",
        "score * 2",
    ],
)
def test_what_a_sanitiser_lets_out_is_clean(value: str, violations: Callable) -> None:
    assert violations(f"select {value} as z from {PEOPLE}") == []


@pytest.mark.parametrize(
    ("value", "source"),
    [
        ("sha256(name)", "name (direct)"),
        ("left(sha256(encode(study || '/' || person_id)), 32)", "person_id (key)"),
        # a pseudonym without its key, with one half of it, of too many characters
        (
            PSEUDONYM.replace("getvariable('hmac_ipad')", "'key'::blob").format("name"),
            "name (direct)",
        ),
        (PSEUDONYM.replace("hmac_opad", "hmac_ipad").format("name"), "name (direct)"),
        (PSEUDONYM.format("name").replace("32)", "64)"), "name (direct)"),
        (PSEUDONYM.format("person_id") + " || name", "name (direct)"),
        ("strftime(born_on, '%Y-%m')", "born_on (direct)"),
        ("cast(extract(year from born_on) as integer)", "born_on (direct)"),
        ("date_diff('day', born_on, seen_on)", "born_on (direct)"),
        # the age reached in the year of the build shows a year of birth, and nothing finer
        (
            AGE.format(
                "cast(extract(year from date '2026-01-01') as integer)",
                "cast(extract(month from born_on) as integer)",
            ),
            "born_on (direct)",
        ),
        # bands of months, not of years
        (
            f"case when {MONTHS.format('born_on')} / 12.0 < 5.5 then 'x' end",
            "born_on (direct)",
        ),
        (f"case when {MONTHS.format('born_on')} < 60 then 'x' end", "born_on (direct)"),
        # what looks like an age, of something that is no date
        (AGE.format(SEEN_IN, "length(name)::integer"), "name (direct)"),
        (
            AGE.format(
                SEEN_IN,
                "(cast(extract(year from born_on) as integer) + length(name)::integer)",
            ),
            "name (direct)",
        ),
        # a month of birth, as whole as a year
        (
            AGE.format(SEEN_IN, "cast(extract(month from born_on) as integer)"),
            "born_on (direct)",
        ),
        (
            AGE.format(SEEN_IN, "cast(strftime(born_on, '%Y%m') as integer)"),
            "born_on (direct)",
        ),
        # an age, and something else where there is none
        (
            AGE.format(SEEN_IN, "cast(extract(year from born_on) as integer)").replace(
                "end", "else extract(month from born_on) end"
            ),
            "born_on (direct)",
        ),
        ("name is null", "name (direct)"),
        ("count(distinct name) over ()", "name (direct)"),
        ("count(case when school = 'x' then 1 end) over ()", "school (key)"),
        ("count(case when school = 'x' then person_id end) over ()", "school (key)"),
        ("count(*) over (partition by person_id)", "person_id (key)"),
        ("seen_on", "seen_on (a date)"),
        ("strftime(seen_on, '%Y-%m-%d')", "seen_on (a date)"),
        ("date_diff('day', seen_on, date '2026-01-01')", "seen_on (a date)"),
        (
            "date_diff('day', seen_on, case when score > 1 then date '2026-01-01' end)",
            "seen_on (a date)",
        ),
        # one age at one moment, not a month of birth by ages at two
        (
            f"case when {MONTHS.format('born_on')} / 12.0 < 5 then 'x' when"
            f" {MONTHS.replace('2026-01', '2026-02').format('born_on')} / 12.0 < 5 then 'y' end",
            "born_on (direct)",
        ),
        ("nullif(school, 'x') is null", "school (key)"),
        ("case when school = 'x' then 1 end is null", "school (key)"),
        ("count(distinct is_at_x) over ()", "school (key)"),
        ("count(only_at_x) over ()", "school (key)"),
        ("comments", "comments (free_text)"),
        ("coalesce(row_fault, comments)", "comments (free_text)"),
    ],
)
def test_anything_but_a_sanitiser_taints(value: str, source: str, violations: Callable) -> None:
    assert f"research.main.mart.z is computed from stg_people.{source}" in violations(
        f"select {value} as z from ({JUDGED})"
    )


@pytest.mark.parametrize(
    ("sql", "what"),
    [
        ("select * from read_csv('people.csv')", "cannot be bound"),
        ("select * from 'people.parquet'", "cannot be bound"),
        ("select * from glob('*')", "cannot be bound"),
        ("select table_name as z from duckdb_tables()", "the table function duckdb_tables"),
        ("select table_name as z from information_schema.tables", "the table function duckdb_"),
        ("select * from json_each('[1]')", "the table function json_each"),
        (f"select rowid as z from {PEOPLE}", "rowid of"),
        (f"select count(*) as z from {PEOPLE} where rowid > 1", "rowid of"),
        ("select getvariable('hmac_ipad') as z", "getvariable outside the pseudonym"),
        ("select getvariable('hmac_' || 'ipad') as z", "getvariable outside the pseudonym"),
        ("select getvariable('other') as z", "getvariable outside the pseudonym"),
        (
            "select * from query('select getvariable(''hmac_ipad'') as z')",
            "getvariable outside the pseudonym",
        ),
        (
            f"select {PSEUDONYM.format('getvariable(chr(104) || $$mac_ipad$$)::varchar')} as z"
            f" from {PEOPLE}",
            "getvariable outside the pseudonym",
        ),
        (f"select error(name) as z from {PEOPLE}", "error() with a value in its message"),
        ('select * from "study"."staging"."stg_people"', "is read without a ref or source"),
        ("select * from nowhere", "cannot be bound"),
        ("select 1 as z; select 2 as z", "it is not one query"),
    ],
)
def test_what_does_not_belong_in_a_model_is_refused(
    sql: str, what: str, violations: Callable
) -> None:
    assert [one for one in violations(sql) if one.startswith("mart: ") and what in one]


def test_a_python_model_is_refused_outside_the_vault(violations: Callable) -> None:
    assert violations(path="models/vault/people.py") == []
    assert violations(path="models/intermediate/people.py") == [
        "people: a Python model outside the vault"
    ]


@pytest.mark.parametrize(
    ("value", "what"),
    [
        ("current_setting('threads')", "current_setting()"),
        ("score + random()", "random()"),
        ("txid_current()", "txid_current()"),
        ("list_transform([score], lambda x: x + random())", "random()"),
        ("sum(score + random()) over (order by score)", "random()"),
    ],
)
def test_a_function_that_nobody_has_judged_taints_with_the_whole_row(
    value: str, what: str, violations: Callable
) -> None:
    found = violations(f"select {value} as z from (select score, name from {PEOPLE}) as p")
    assert {one.split("computed from ")[1] for one in found} == {
        f"?.{what} (unknown)",
        "stg_people.name (direct)",
    }


def test_an_operator_that_nobody_has_judged_taints_with_everything_below_it(
    violations: Callable,
) -> None:
    found = violations(
        "with recursive r(k, z) using key (k) as (select 1, 2 union select k, z + 1 from r"
        f" where z < 3) select z from r, {PEOPLE}"
    )
    assert {one.split("computed from ")[1] for one in found if "computed" in one} == {
        "?.a recursive CTE using a key (unknown)",
        *(
            f"stg_people.{column} ({'a date' if declared == 'quasi' else declared})"
            for column, (kind, declared) in STAGED.items()
            if declared not in ("quasi", "plain") or kind == "date"
        ),
    }


@pytest.mark.parametrize(
    ("clause", "source"),
    [
        ("where name = 'x'", "stg_people.name (direct)"),
        ("order by comments", "stg_people.comments (free_text)"),
        ("join (values ('x', 1)) as v(k, i) on k = name", "stg_people.name (direct)"),
        ("qualify row_number() over (order by born_on) = 1", "stg_people.born_on (direct)"),
        ("where random() < 0.5", "?.random() (unknown)"),
    ],
)
def test_what_identifies_may_decide_over_rows_only_where_it_is_allowed(
    clause: str, source: str, violations: Callable
) -> None:
    sql = f"select score as z from {PEOPLE} {clause}"
    said = f"{source} decides in mart which rows researchers get, and allowed.yml does not allow it"
    assert said in violations(sql)
    column = source.split(" ")[0]
    allowed = f"[{{model: mart, reason: as a test, columns: ['{column}']}}]"
    assert said not in violations(sql, allowed)


def test_an_allowance_that_nothing_needs_is_reported(violations: Callable) -> None:
    allowed = "[{model: mart, reason: as a test, columns: [stg_people.name]}]"
    assert violations(f"select score as z from {PEOPLE}", allowed) == [
        "allowed.yml allows stg_people.name to act in mart, where it does not"
    ]


@pytest.mark.parametrize(
    ("staged", "said"),
    [
        (
            STAGING_SQL.replace("try_cast(score as integer)", "length(name)"),
            "stg_people.score is staged as quasi, and holds something of landed.name,",
        ),
        (
            STAGING_SQL.replace("'empty: name'", "'empty: ' || comments"),
            "stg_people.row_fault may hold something that landed",
        ),
        (
            STAGING_SQL.replace("as score,", "as score, school as college,"),
            "stg_people.college has no class in its source",
        ),
        (
            STAGING_SQL.replace("as score,", "as points,"),
            "stg_people has no column score, which its source declares",
        ),
    ],
)
def test_staging_has_the_columns_declared_and_keeps_what_identifies_in_its_own(
    staged: str, said: str, violations: Callable
) -> None:
    assert [one for one in violations(staged=staged) if one.startswith(said)]


# the whole project

ADMITTED = "stg_nhs_england__hospital_episodes.admitted_on"


@pytest.fixture(scope="module")
def lineage(built_sample: Path) -> Lineage:
    return Lineage(Manifest(built_sample / "target"))


def test_the_project_keeps_what_identifies_from_researchers(lineage: Lineage) -> None:
    assert lineage.violations() == []


def test_every_column_of_every_model_is_traced(lineage: Lineage) -> None:
    """The columns found by binding are those that the contracts promise."""
    for mart in lineage.manifest.in_layer("marts"):
        assert list(lineage.columns(mart.id)) == list(mart.columns)
    shown = [
        flow
        for mart in lineage.manifest.research_tables()
        for flows in lineage.columns(mart.id).values()
        for flow in flows
    ]
    assert {lineage.class_of(flow.source) for flow in shown} >= {"direct", "key", "quasi"}
    assert any(flow.is_clean for flow in shown)


LEAKS = [
    ("a renamed column", "last_name", "", "last_name"),
    ("an initial", "left(first_name, 1)", "", "first_name"),
    ("a rank by number", "rank() over (order by unique_pupil_number)", "", "unique_pupil_number"),
    ("an age in days", "date_diff('day', date_of_birth, today)", "", "date_of_birth"),
    ("a month of birth", "strftime(date_of_birth, '%Y-%m')", "", "date_of_birth"),
    ("a postcode sector", "left(postcode, length(postcode) - 2)", "", "postcode"),
    ("a hash without a key", "left(sha256(unique_pupil_number), 32)", "", "unique_pupil_number"),
    ("an id", "person.participant_id", "", "participant_id"),
    ("an aggregate of one", "max(email) over (partition by phone)", "", "email"),
    ("a whole row", "to_json(person)", "", "address_line_1"),
    ("a value by coalesce", "coalesce(null, nullif(town, ''))", "", "town"),
    ("a length", "length(first_name)", "", "first_name"),
    ("a value given away by a case", "case when sex = 'F' then 1 else 2 end", "", "sex"),
    ("a join key", "k.i", "join (values ('x', 1)) as k(v, i) on k.v = last_name", "last_name"),
    ("an order", "1", "order by date_of_birth", "date_of_birth"),
    ("a choice of rows", "1", "where postcode like 'LS%'", "postcode"),
]


@pytest.mark.parametrize(
    ("value", "clause", "column"), [leak[1:] for leak in LEAKS], ids=[leak[0] for leak in LEAKS]
)
def test_a_leak_planted_in_any_layer_is_caught(
    value: str, clause: str, column: str, lineage: Lineage
) -> None:
    """In a research table itself, and in the model that it is made from."""
    manifest = lineage.manifest
    identities = manifest.named("identities")
    mart = manifest.named("send_futures__child_survey")
    below = below_of(lineage, mart)
    shown = known_by(lineage, mart, below)
    for model in (mart, below):
        sql = f"""
            select shown.* replace (({value})::varchar as {shown})
            from (select *, date '2026-01-01' as today from ({model.sql})) as shown
            cross join {identities.relation} as person {clause}
        """
        planted = replace(model, sql=sql, parents=(*model.parents, identities.id))
        found = lineage.with_nodes(planted).violations()
        assert [one for one in found if f"stg_surveys__participants.{column} (" in one], model.name


def test_free_text_is_caught_in_a_model_that_reads_it_anyhow(lineage: Lineage) -> None:
    """Only the SQL changes: the words are in a staged table that the model reads."""
    manifest = lineage.manifest
    words = manifest.named("stg_surveys__child_survey")
    mart = manifest.named("send_futures__child_survey")
    model = below_of(lineage, mart)
    assert words.id in model.parents
    found = lineage.with_sql(
        {
            model.id: f"""
                select shown.* replace (words.in_your_own_words as {known_by(lineage, mart, model)})
                from ({model.sql}) as shown cross join {words.relation} as words
            """
        }
    ).violations()
    assert [one for one in found if f"{words.name}.in_your_own_words (free_text)" in one]


def below_of(lineage: Lineage, mart: Node) -> Node:
    """The intermediate model of which a research table is made."""
    return next(
        lineage.manifest.nodes[one]
        for one in mart.parents
        if lineage.manifest.nodes[one].layer == "intermediate"
    )


def known_by(lineage: Lineage, mart: Node, below: Node) -> str:
    """A column that the table has from the model below, and that is no pseudonym."""
    return next(
        name
        for name, declared in mart.classes().items()
        if name in lineage.columns(below.id) and declared != "pseudonym"
    )


def test_lineage_prints_where_a_table_comes_from(
    built_sample: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    monkeypatch.setenv("DBT_TARGET_PATH", str(built_sample / "target"))
    assert main(["lineage", "research.five_to_twelve.hospital_episodes"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert any(
        line.split()
        == ["research_id", "stg_surveys__participants.participant_id", "key", "pseudonym"]
        for line in said
    )
    assert any(line.split()[:2] == ["admission_month", ADMITTED] for line in said)
    assert main(["lineage", "research.five_to_twelve.nothing"]) == 1
    assert "is not a table of the project" in capsys.readouterr().err


def test_lineage_reports_violations_by_its_exit_code(
    built_sample: Path,
    lineage: Lineage,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture,
) -> None:
    monkeypatch.setenv("DBT_TARGET_PATH", str(built_sample / "target"))
    assert main(["lineage"]) == 0
    assert "No violation." in capsys.readouterr().out
    mart = lineage.manifest.named("five_to_twelve__hospital_episodes")
    leaking = lineage.with_sql({mart.id: "select rowid as z from " + mart.relation})
    monkeypatch.setattr(command, "Lineage", lambda _: leaking)
    assert main(["lineage"]) == 1
    assert f"{mart.name}: " in capsys.readouterr().out


def test_lineage_says_what_to_do_where_nothing_is_compiled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    monkeypatch.setenv("DBT_TARGET_PATH", str(tmp_path))
    for says in ("run `dbt compile` first", "is not whole: run `dbt compile` again"):
        assert main(["lineage"]) == 1
        said = capsys.readouterr()
        assert says in said.err and said.out == ""
        (tmp_path / "manifest.json").write_text('{"nodes": {', encoding="utf-8")
