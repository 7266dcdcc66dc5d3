"""The walk through one bound plan, from the columns of its tables to those of its result.

Every operator of a plan refers to the columns of the operators below it by their place. So each
kind of operator needs one rule: which columns it gives, in which order, and what it lets decide
over rows. What a rule does not know ends the walk with `Unknown`: the caller then takes every
column of the result for tainted with everything that the query reads.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from studylink.lineage import functions
from studylink.lineage.flows import (
    Acting,
    Column,
    Flows,
    Relation,
    Source,
    Tables,
    merged,
    through,
    unknown,
)
from studylink.lineage.sanitisers import KEYS, Sanitiser, is_untouched, sanitised
from studylink.lineage.shadow import VARIABLES, parts, secret

PLAIN_CLASSES = frozenset(
    (
        "BOUND_AGGREGATE",
        "BOUND_BETWEEN",
        "BOUND_CASE",
        "BOUND_CAST",
        "BOUND_COMPARISON",
        "BOUND_CONJUNCTION",
        "BOUND_CONSTANT",
        "BOUND_FUNCTION",
        "BOUND_OPERATOR",
        "BOUND_UNNEST",
        "BOUND_WINDOW",
    )
)
"""The kinds of expression whose value is computed only from the expressions within it."""

SECRETS = frozenset(map(secret, VARIABLES))
DATES = frozenset(("DATE", "TIMESTAMP", "TIMESTAMP WITH TIME ZONE", "TIMESTAMP_TZ"))


class Unknown(Exception):
    """An operator of a plan, or a form of one, for which there is no rule."""


@dataclass
class Walk:
    """One walk: the tables that the plan may read, by quoted name, and what it came upon.

    `class_of` gives a source column its declared class; `refused` says what has no place in any
    model.
    """

    tables: Tables
    model: str
    class_of: Callable[[Source], str]
    refused: set[str] = field(default_factory=set)
    _common: dict[int, Relation] = field(default_factory=dict)
    _bindings: dict[int, tuple[Column, ...]] = field(default_factory=dict)
    _eliminated: list[tuple[Column, ...]] = field(default_factory=list)

    def result(self, plan: dict) -> Relation:
        """What the query gives; raises `Unknown`."""
        rule = _RULES.get(plan["type"])
        if rule is None:
            raise Unknown(f"the operator {plan['type']}")
        relation = rule(self, plan)
        if "table_index" in plan:
            self._bindings[plan["table_index"]] = relation.columns
        if "projection_map" in plan:
            kept = tuple(relation.columns[place] for place in plan["projection_map"])
            relation = Relation(kept, relation.implicit)
        return relation

    # rules of operators

    def _get(self, plan: dict) -> Relation:
        if plan["name"] != "seq_scan":
            return self._table_function(plan)
        _only(plan, "table_filters", "projection_ids", "dynamic_filters")
        what = plan["function_data"]
        name = ".".join(f'"{what[part]}"' for part in ("catalog", "schema", "table"))
        if name not in self.tables:
            self.refused.add(f"{name} is read without a ref or source")
            raise Unknown(f"the table {name}")
        names, table = self.tables[name]
        places = dict(zip(names, table.columns, strict=True))
        columns = []
        for one in plan["column_indexes"]:
            if one["index"] < len(plan["names"]):
                columns.append(places[plan["names"][one["index"]]])
            else:
                # the place of a row is what it is for; counting rows asks for it and uses it not
                columns.append(Column({unknown(f"rowid of {name}"): frozenset(("rowid",))}))
        return Relation(tuple(columns), table.implicit)

    def _table_function(self, plan: dict) -> Relation:
        if plan["name"] not in functions.TABLE_FUNCTIONS:
            self.refused.add(f"the table function {plan['name']}")
            raise Unknown(f"the table function {plan['name']}")
        below = [self.result(child) for child in plan.get("children", ())]
        inputs = tuple(column for relation in below for column in relation.columns)
        given = _put_together(inputs, plan["name"])
        columns = [given for _ in plan["column_indexes"]]
        columns += [inputs[place] for place in plan.get("projected_input", ())]
        return Relation(tuple(columns), merged(relation.implicit for relation in below))

    def _projection(self, plan: dict) -> Relation:
        (below,) = self._below(plan)
        columns = tuple(self._value(one, below.columns) for one in plan["expressions"])
        return Relation(columns, below.implicit)

    def _filter(self, plan: dict) -> Relation:
        (below,) = self._below(plan)
        return self._acted(below, "filter", self._values(plan["expressions"], below.columns))

    def _limit(self, plan: dict) -> Relation:
        (below,) = self._below(plan)
        return self._acted(below, "limit", self._values([plan], below.columns, nested=True))

    def _order(self, plan: dict) -> Relation:
        (below,) = self._below(plan)
        return self._acted(below, "order", self._values(plan["orders"], below.columns, nested=True))

    def _sample(self, plan: dict) -> Relation:
        (below,) = self._below(plan)
        return below

    def _distinct(self, plan: dict) -> Relation:
        (below,) = self._below(plan)
        keys = self._values(
            [plan.get("distinct_targets", []), plan.get("order_by", {})], below.columns, nested=True
        )
        return self._acted(below, "distinct", keys)

    def _aggregate(self, plan: dict) -> Relation:
        (below,) = self._below(plan)
        groups = self._values(plan.get("groups", ()), below.columns)
        computed = self._values(plan.get("expressions", ()), below.columns)
        groupings = tuple(
            _put_together([groups[place] for place in places], "grouping")
            for places in plan.get("grouping_functions", ())
        )
        return self._acted(
            Relation((*groups, *computed, *groupings), below.implicit), "group", groups
        )

    def _window(self, plan: dict) -> Relation:
        (below,) = self._below(plan)
        computed = self._values(plan["expressions"], below.columns)
        return Relation((*below.columns, *computed), below.implicit)

    def _pivot(self, plan: dict) -> Relation:
        # a group's own columns stay; the lists of names and of values are laid out side by side
        (below,) = self._below(plan)
        kept = plan["bound_pivot"]["group_count"]
        spread = _put_together(below.columns[kept:], "pivot")
        count = len(plan["bound_pivot"]["pivot_values"]) * len(plan["bound_pivot"]["aggregates"])
        return Relation((*below.columns[:kept], *[spread] * count), below.implicit)

    def _values_written(self, plan: dict) -> Relation:
        (below,) = self._below(plan)
        rows = [self._values(row, below.columns) for row in plan["expressions"]]
        columns = tuple(_one_of(column) for column in zip(*rows, strict=True))
        return Relation(columns, below.implicit)

    def _one_row(self, plan: dict) -> Relation:
        # the operator has one column, which nothing refers to
        return Relation((Column(),))

    def _delim_get(self, plan: dict) -> Relation:
        if not self._eliminated or len(self._eliminated[-1]) != len(plan["chunk_types"]):
            raise Unknown("a subquery whose outer columns cannot be determined")
        return Relation(self._eliminated[-1])

    def _cte(self, plan: dict) -> Relation:
        definition, main = plan["children"]
        self._common[plan["table_index"]] = self.result(definition)
        return self.result(main)

    def _cte_reference(self, plan: dict) -> Relation:
        if plan["cte_index"] not in self._common:
            raise Unknown(f"the CTE {plan['cte_index']}")
        return self._common[plan["cte_index"]]

    def _recursive_cte(self, plan: dict) -> Relation:
        if "key_targets" in plan:
            raise Unknown("a recursive CTE using a key")
        beginning, step = plan["children"]
        so_far = self.result(beginning)
        while True:
            self._common[plan["table_index"]] = so_far
            further = _united([so_far, self.result(step)])
            if not plan["union_all"]:
                further = self._acted(further, "distinct", further.columns)
            if further == so_far:
                return so_far
            so_far = further

    def _union(self, plan: dict) -> Relation:
        return _united(self._below(plan))

    def _except(self, plan: dict) -> Relation:
        kept, other = self._below(plan)
        both = Relation(kept.columns, merged((kept.implicit, other.implicit)))
        return self._acted(both, "set", (*kept.columns, *other.columns))

    def _product(self, plan: dict) -> Relation:
        left, right = self._below(plan)
        return _beside(left, right)

    def _join(self, plan: dict) -> Relation:
        left = self.result(plan["children"][0])
        if plan["type"] == "LOGICAL_DELIM_JOIN":
            if plan["delim_flipped"]:
                raise Unknown("a subquery on the left of its join")
            self._eliminated.append(
                self._values(plan["duplicate_eliminated_columns"], left.columns)
            )
            right = self.result(plan["children"][1])
            self._eliminated.pop()
        else:
            right = self.result(plan["children"][1])
        _only(plan, "left_projection_map", "right_projection_map", "predicate")
        left, right = self._matched(plan, left, right)
        both = _beside(left, right)
        if plan["type"] == "LOGICAL_ANY_JOIN":
            keys = self._values([plan["condition"]], both.columns)
        else:
            keys = tuple(
                self._value(condition[side], relation.columns)
                for condition in plan.get("conditions", ())
                for side, relation in (("left", left), ("right", right))
            )
        kind = plan["join_type"]
        if kind in ("INNER", "LEFT", "OUTER", "FULL", "SINGLE"):
            return self._acted(both, "join", keys)
        if kind in ("SEMI", "ANTI"):
            return self._acted(Relation(left.columns, both.implicit), "join", keys)
        if kind == "MARK":
            # a column that says whether there is a match
            return Relation((*left.columns, _put_together(keys, "exists")), both.implicit)
        raise Unknown(f"the join {kind}")

    def _matched(self, plan: dict, left: Relation, right: Relation) -> tuple[Relation, Relation]:
        """The two sides of a join, as they go into it: what a join says of them is added here."""
        return left, right

    # what the rules share

    def _below(self, plan: dict) -> list[Relation]:
        return [self.result(child) for child in plan.get("children", ())]

    def _acted(self, relation: Relation, how: str, columns: Iterable[Column]) -> Relation:
        acting = {
            Acting(flow, self.model): frozenset((how,))
            for column in columns
            for flow in column.flows
        }
        return Relation(relation.columns, merged((relation.implicit, acting)))

    # expressions

    def _values(
        self, expressions: Iterable, row: tuple[Column, ...], nested: bool = False
    ) -> tuple[Column, ...]:
        """Each expression's value; where `nested`, those within each."""
        if nested:
            expressions = _outermost(expressions, but="children")
        return tuple(self._value(one, row) for one in expressions)

    def _value(self, expression: dict, row: tuple[Column, ...]) -> Column:
        """What an expression over a row is computed from."""
        kind = expression["expression_class"]
        if kind == "BOUND_REF":
            return self._used(row[expression["index"]])
        if kind == "BOUND_COLUMN_REF":
            binding = expression["binding"]
            if binding["table_index"] not in self._bindings:
                raise Unknown("a column of an operator that is not below")
            return self._used(self._bindings[binding["table_index"]][binding["column_index"]])
        for sanitiser, filled in sanitised(expression):
            return Column(self._through(sanitiser, filled, row))
        counted = expression.get("children", ()) if expression.get("name") == "count" else ()
        inner = [
            self._counted(one, row)
            if any(one is other for other in counted)
            else self._value(one, row)
            for one in _inside(expression)
        ]
        if kind == "BOUND_CASE":
            # conditions and results alternate; what is taken otherwise comes last
            inner[:-1:2] = [Column(marked(one.flows, is_choice=True)) for one in inner[:-1:2]]
        flows: Flows = merged(column.flows for column in inner)
        if kind == "BOUND_CAST" and expression["return_type"]["id"] in DATES:
            flows = marked(flows, is_date=True)
        for name in _names(expression):
            flows = through(flows, name)
        if expression.get("name") == "error" and flows:
            self.refused.add("error() with a value in its message")
        for what in self._unjudged(expression):
            flows = merged((flows, *(column.flows for column in row), {unknown(what): frozenset()}))
        return Column(flows, _is_constant(expression, inner))

    def _through(
        self, sanitiser: Sanitiser, filled: dict[str, dict], row: tuple[Column, ...]
    ) -> Flows:
        """What comes out of a sanitiser."""
        values = [self._value(part, row).flows for part in filled.values()]
        works = not sanitiser.relative or all(
            any(flow.is_date and not flow.is_choice for flow in flows) for flows in values
        )
        flows = merged(
            {
                flow._replace(
                    is_clean=flow.is_clean
                    or (works and sanitiser.makes_safe(flow, names, self.class_of(flow.source)))
                ): names
            }
            for flows in values
            for flow, names in flows.items()
        )
        return through(flows, sanitiser.name)

    def _counted(self, expression: dict, row: tuple[Column, ...]) -> Column:
        """The value of what is counted: how many keys there are says nothing about any of them.

        A key may be counted as it is, or only in some rows; what says in which is as telling as
        anywhere else.
        """
        value = self._value(expression, row)
        if expression["expression_class"] == "BOUND_CASE":
            arms = expression["case_checks"]
            return Column(
                merged(
                    (
                        *(self._value(arm["when_expr"], row).flows for arm in arms),
                        *(self._counted(arm["then_expr"], row).flows for arm in arms),
                        self._counted(expression["else_expr"], row).flows,
                    )
                )
            )
        if expression["expression_class"] != "BOUND_REF":
            return value
        return Column(
            merged(
                {
                    flow._replace(
                        is_clean=flow.is_clean
                        or (is_untouched(flow, names) and self.class_of(flow.source) in KEYS)
                    ): names
                }
                for flow, names in value.flows.items()
            )
        )

    def _used(self, column: Column) -> Column:
        for flow, names in column.flows.items():
            if flow.source.table == "?" and names == {"rowid"}:
                self.refused.add(flow.source.column)
        return column

    def _unjudged(self, expression: dict) -> Iterator[str]:
        """What nobody has judged in an expression itself, or in a lambda of its."""
        kind = expression["expression_class"]
        if kind not in PLAIN_CLASSES:
            yield f"the expression {kind}"
        if kind == "BOUND_WINDOW" and expression["type"] not in functions.WINDOWS:
            yield f"the window function {expression['type']}"
        if kind == "BOUND_CONSTANT" and _is_secret(expression):
            self.refused.add("getvariable outside the pseudonym")
            yield "getvariable()"
        if expression.get("name", "count") not in functions.KNOWN:
            yield f"{expression['name']}()"
        for part in parts(expression.get("function_data", {})):
            if "expression_class" in part and part["expression_class"] not in ("BOUND_REF",):
                yield from self._unjudged({**part, "function_data": {}})


_RULES: dict[str, Callable[[Walk, dict], Relation]] = {
    "LOGICAL_AGGREGATE_AND_GROUP_BY": Walk._aggregate,
    "LOGICAL_ANY_JOIN": Walk._join,
    "LOGICAL_ASOF_JOIN": Walk._join,
    "LOGICAL_COMPARISON_JOIN": Walk._join,
    "LOGICAL_CROSS_PRODUCT": Walk._product,
    "LOGICAL_CTE_REF": Walk._cte_reference,
    "LOGICAL_DELIM_GET": Walk._delim_get,
    "LOGICAL_DELIM_JOIN": Walk._join,
    "LOGICAL_DISTINCT": Walk._distinct,
    "LOGICAL_DUMMY_SCAN": Walk._one_row,
    "LOGICAL_EXCEPT": Walk._except,
    "LOGICAL_EXPRESSION_GET": Walk._values_written,
    "LOGICAL_FILTER": Walk._filter,
    "LOGICAL_GET": Walk._get,
    "LOGICAL_INTERSECT": Walk._except,
    "LOGICAL_LIMIT": Walk._limit,
    "LOGICAL_MATERIALIZED_CTE": Walk._cte,
    "LOGICAL_ORDER_BY": Walk._order,
    "LOGICAL_PIVOT": Walk._pivot,
    "LOGICAL_POSITIONAL_JOIN": Walk._product,
    "LOGICAL_PROJECTION": Walk._projection,
    "LOGICAL_RECURSIVE_CTE": Walk._recursive_cte,
    "LOGICAL_SAMPLE": Walk._sample,
    "LOGICAL_UNION": Walk._union,
    "LOGICAL_UNNEST": Walk._window,
    "LOGICAL_WINDOW": Walk._window,
}


def _only(plan: dict, *absent: str) -> None:
    """Insist that an unoptimised plan has none of what an optimiser would add to it."""
    for key in absent:
        if plan.get(key):
            raise Unknown(f"{key} of {plan['type']}")


def _outermost(place: object, but: str) -> Iterator[dict]:
    """The outermost expressions within a part of a plan, with the parts under one key left out."""
    if isinstance(place, dict):
        if "expression_class" in place:
            yield place
            return
        place = [part for key, part in place.items() if key != but]
    if isinstance(place, list):
        for one in place:
            yield from _outermost(one, but)


def _inside(expression: dict) -> Iterator[dict]:
    """The outermost expressions inside an expression.

    What a lambda computes is from its list and from what it captures, which are arguments.
    """
    for key, part in expression.items():
        if key != "function_data":
            yield from _outermost(part, but="function_data")


def _names(expression: dict) -> Iterator[str]:
    """What people call the step that an expression is; none for mere connecting."""
    if expression.get("name"):
        yield expression["name"]
    elif expression["expression_class"] == "BOUND_WINDOW":
        yield expression["type"].removeprefix("WINDOW_").lower()
    elif expression["type"].startswith("COMPARE_"):
        yield "compared"
    elif expression["type"].startswith(("OPERATOR_IS_", "OPERATOR_NOT")):
        yield expression["type"].removeprefix("OPERATOR_").replace("_", " ").lower()


def _is_secret(constant: dict) -> bool:
    """Whether a constant is what a session variable of the pseudonym key holds."""
    value = constant["value"].get("value")
    return isinstance(value, str) and value in SECRETS


def _is_constant(expression: dict, inner: list[Column]) -> bool:
    """Whether the value can only be one of those that are written in the expression."""
    kind = expression["expression_class"]
    if kind == "BOUND_CONSTANT":
        return True
    if kind == "BOUND_CAST" or expression["type"] == "OPERATOR_COALESCE":
        return all(column.is_constant for column in inner)
    if kind == "BOUND_CASE":
        return all(column.is_constant for column in [*inner[1:-1:2], inner[-1]])
    return False


def marked(flows: Flows, **known: Any) -> Flows:
    """The same flows, with something known of each."""
    return merged({flow._replace(**known): names} for flow, names in flows.items())


def _put_together(columns: Iterable[Column], name: str) -> Column:
    return Column(through(merged(column.flows for column in columns), name))


def _one_of(columns: Iterable[Column]) -> Column:
    columns = list(columns)
    return Column(
        merged(column.flows for column in columns), all(column.is_constant for column in columns)
    )


def _united(relations: list[Relation]) -> Relation:
    columns = zip(*(relation.columns for relation in relations), strict=True)
    return Relation(
        tuple(_one_of(column) for column in columns),
        merged(relation.implicit for relation in relations),
    )


def _beside(left: Relation, right: Relation) -> Relation:
    return Relation((*left.columns, *right.columns), merged((left.implicit, right.implicit)))
