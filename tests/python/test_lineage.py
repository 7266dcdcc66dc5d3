"""Plan taint: that the walk through a plan finds the true sources, and that the project is clean."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import pytest

from studylink.proofs.lineage.flows import Column, Flow, Relation, Source
from studylink.proofs.lineage.plan import Unknown, Walk
from studylink.proofs.lineage.shadow import NotBound, Shadow

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
    shape("star", "select * from u", "a: t.a".replace("t", "u") + ", c: u.c, n: u.n"),
    shape("star exclude", "select * exclude (n) from u", "a: u.a, c: u.c"),
    shape("star replace", "select * replace (c || a as c) from u", "a: u.a, c: u.a u.c, n: u.n"),
    shape("star rename", "select * rename (a as z) from u", "z: u.a, c: u.c, n: u.n"),
    shape("star like", "select * like 'a%' from u", "a: u.a"),
    shape("columns by pattern", "select columns('^[ac]$') from u", "a: u.a, c: u.c"),
    shape(
        "columns in an expression", "select upper(columns(['a', 'c'])) from u", "a: u.a, c: u.c"
    ),
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
    shape("list comprehension", "select [x || b for x in l if x > a] as z from t", "z: t.l t.a t.b"),
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
    shape("compared with all", "select b from t where n > all (select n from u)", "b: t.b", "t.n u.n"),
    # grouping
    shape("aggregate", "select max(a) as z from t", "z: t.a"),
    shape("count of rows", "select count(*) as z from t", "z:"),
    shape("group by", "select a, sum(n) as z from t group by a", "a: t.a, z: t.n", "t.a"),
    shape("group by all", "select a, b, count(*) as z from t group by all", "a: t.a, b: t.b, z:", "t.a t.b"),
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
    shape("rollup", "select a, max(n) as z from t group by rollup (a, b)", "a: t.a, z: t.n", "t.a t.b"),
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
    shape("ordered within a window", "select first_value(a order by n) over () as z from t", "z: t.a t.n"),
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
    shape("derived table", "select z from (select a as z, b from t) where b = 'x'", "z: t.a", "t.b"),
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


def walk_of(classes: dict[str, str] | None = None) -> Walk:
    """A walk over the two tables, each column its own source, of a class where one is given."""
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
    return Walk(tables, "model", lambda source: (classes or {}).get(str(source), "direct"))


def traced(shadow: Shadow, sql: str) -> tuple[dict[str, set[str]], set[str]]:
    """The sources of each column of a query that still tell something, and of its rows."""
    relation = walk_of().result(shadow.plan(sql))
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
