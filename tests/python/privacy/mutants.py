"""Mutation: every small change to a model's SQL that a test ought to notice.

A mutant is one query with one thing wrong: a filter gone, a comparison turned, a sanitiser left
out. If every test still passes, nothing in the project would notice that mistake (DeMillo, Lipton
and Sayward 1978; for SQL, Tuya, Suárez-Cabal and de la Riva 2007, whose operators these follow).

The operators work on sqlglot's syntax tree, for tests alone: no proof rests on sqlglot.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256

import sqlglot
from sqlglot import exp

DIALECT = "duckdb"
LONGEST_TOLD = 100
"""Characters shown of either side of a change; a longer text is cut and given its hash."""
PASSES = 3
"""So many neighbours alike but for names were written by a loop."""


@dataclass(frozen=True)
class Mutant:
    """One changed query: by which operator, what was changed in which CTE, and its whole SQL.

    `change` names the mutant among those of its operator, and stays the same while its CTE does.
    """

    operator: str
    change: str
    sql: str


@dataclass(frozen=True)
class Change:
    """A node of the tree and what takes its place; nothing, where it is taken out.

    `shown` are the two sides of the change where the nodes themselves would say too much, `dropped`
    the part of the node that is gone where the rest of it stays.
    """

    node: exp.Expression
    instead: exp.Expression | None
    shown: tuple[str, str] | None = None
    dropped: exp.Expression | None = None

    def __str__(self) -> str:
        before, after = self.shown or (_text(self.node), _text(self.instead))
        return f"{_cut(before)} -> {_cut(after)}"


def mutants_of(sql: str) -> list[Mutant]:
    """The mutants of a query, CTE by CTE; each differs from it, and from the others, as parsed.

    The query is a chain of CTEs and a last select, as the project writes them. Of what a loop
    wrote, the same over and over but for names, one pass is mutated.
    """
    tree = sqlglot.parse_one(sql, dialect=DIALECT)
    ctes = tree.ctes
    if tree.args.get("with_"):
        tree.args["with_"].pop()
    parts = {cte.alias: cte for cte in ctes} | {"the last select": tree}
    written = {name: part.sql(DIALECT) for name, part in parts.items()}
    repeated = _repeated(list(parts.values()))
    found: list[Mutant] = []
    for name, part in parts.items():
        if id(part) in repeated:
            continue
        repeated_here = _repeated_in(part)
        seen, shown = {written[name]}, Counter[str]()
        for operator, changes in OPERATORS.items():
            for change in changes(part):
                if _is_within(change.dropped or change.node, repeated_here):
                    continue
                mutated = _changed(part, change)
                if mutated in seen:
                    continue
                seen.add(mutated)
                label = f"{name}: {change}"
                shown[operator + label] += 1
                if shown[operator + label] > 1:
                    label += f" ({shown[operator + label]})"
                found.append(Mutant(operator, label, _joined(written | {name: mutated})))
    return found


def regenerated(sql: str) -> str:
    """The query as sqlglot writes it, with nothing changed."""
    return sqlglot.parse_one(sql, dialect=DIALECT).sql(DIALECT)


def _joined(written: dict[str, str]) -> str:
    *ctes, last = written.values()
    return (f"WITH {', '.join(ctes)} " if ctes else "") + last


def _changed(part: exp.Expression, change: Change) -> str:
    """The SQL of one CTE with one node replaced; the tree itself is left as it was."""
    path = []
    node = change.node
    while node is not part:
        path.append((node.arg_key, node.index))
        node = node.parent
    root = node = part.copy()
    for key, index in reversed(path):
        node = node.args[key] if index is None else node.args[key][index]
    if change.instead is None:
        node.pop()
    elif node is root:
        root = change.instead
    else:
        node.replace(change.instead.copy())
    return root.sql(DIALECT)


def _repeated_in(part: exp.Expression) -> set[int]:
    """The ids of what is only one more pass of a loop, in cases, unions and conditions."""
    found = set()
    for case in part.find_all(exp.Case):
        found |= _repeated(case.args["ifs"])
    for union in part.find_all(exp.Union):
        if not isinstance(union.parent, exp.Union):
            found |= _repeated(list(_arms(union)))
    for condition in _conditions(part):
        found |= _repeated(
            [node for node in _operands(condition) if isinstance(node, exp.NullSafeEQ)]
        )
    return found


def _repeated(siblings: list[exp.Expression]) -> set[int]:
    """The ids of all but one of every `PASSES` or more siblings that differ only in names.

    Which one is left depends on the names, so that in other models it is another.
    """
    alike: dict[str, list[exp.Expression]] = {}
    for node in siblings:
        alike.setdefault(_shape(node), []).append(node)
    found = set()
    for nodes in alike.values():
        if len(nodes) >= PASSES:
            names = sha256(" ".join(node.sql(DIALECT) for node in nodes).encode()).digest()
            left = nodes[int.from_bytes(names[:4]) % len(nodes)]
            found |= {id(node) for node in nodes if node is not left}
    return found


def _shape(node: exp.Expression) -> str:
    """The SQL of a node with every name and literal, and every list of them, alike."""
    blank = re.sub(r"'[^']*'|\"[^\"]*\"|\b[a-z_][a-z0-9_.]*\b|\b[0-9]+\b", "x", node.sql(DIALECT))
    return re.sub(r"x(, x( AS x)?)+", "x", blank)


def _arms(union: exp.Expression) -> Iterator[exp.Expression]:
    if isinstance(union, exp.Union):
        yield from _arms(union.left)
        yield from _arms(union.right)
    else:
        yield union


def _is_within(node: exp.Expression | None, ids: set[int]) -> bool:
    while node is not None:
        if id(node) in ids:
            return True
        node = node.parent
    return False


def _text(node: exp.Expression | None) -> str:
    return "nothing" if node is None else node.sql(DIALECT)


def _cut(text: str) -> str:
    if len(text) <= LONGEST_TOLD:
        return text
    return f"{text[:LONGEST_TOLD]}... [{sha256(text.encode()).hexdigest()[:6]}]"


# --------------------------------------------------------------------------------------------------
# Conditions
# --------------------------------------------------------------------------------------------------

_PREDICATES = (
    exp.EQ,
    exp.NEQ,
    exp.GT,
    exp.GTE,
    exp.LT,
    exp.LTE,
    exp.Is,
    exp.In,
    exp.Between,
    exp.NullSafeEQ,
    exp.NullSafeNEQ,
)


def _conditions(part: exp.Expression) -> Iterator[exp.Expression]:
    """Every whole condition: of a filter, of a join, of the arm of a case."""
    for node in part.find_all(exp.Where, exp.Having, exp.Qualify, exp.Join, exp.If):
        if isinstance(node, exp.Join):
            if node.args.get("on"):
                yield node.args["on"]
        elif not (isinstance(node.parent, exp.Case) and node.parent.this):
            yield node.this


def _operands(condition: exp.Expression) -> Iterator[exp.Expression]:
    """What a condition puts together with `and` and `or`."""
    if isinstance(condition, exp.Connector | exp.Paren):
        for operand in condition.iter_expressions():
            yield from _operands(operand)
    else:
        yield condition


def _is_join_key(node: exp.Expression) -> bool:
    """Whether it is an equality by which a join finds its rows."""
    return (
        isinstance(node, exp.EQ)
        and isinstance(node.find_ancestor(exp.Join, exp.Select), exp.Join)
        and all(isinstance(side, exp.Column) for side in (node.left, node.right))
    )


def _drop_condition(part: exp.Expression) -> Iterator[Change]:
    """A filter, or one operand of a condition, left out."""
    for connector in part.find_all(exp.Connector):
        for dropped, kept in (
            (connector.left, connector.right),
            (connector.right, connector.left),
        ):
            if not isinstance(dropped, type(connector)):
                yield Change(connector, kept, (_text(dropped), "nothing"), dropped)
    for condition in _conditions(part):
        if isinstance(condition, exp.Connector):
            continue
        if isinstance(condition.parent, exp.Join):
            yield Change(condition, exp.true())
        elif not isinstance(condition.parent, exp.If):
            yield Change(condition.parent, None)


def _negate(part: exp.Expression) -> Iterator[Change]:
    """A predicate for its contrary. The keys of a join are left: to drop one is the finer fault."""
    operands = (operand for condition in _conditions(part) for operand in _operands(condition))
    found = {id(node): node for node in (*operands, *part.find_all(*_PREDICATES))}
    for node in found.values():
        if isinstance(node.parent, exp.Not):
            node = node.parent
        if isinstance(node, exp.Not):
            yield Change(node, node.this)
        elif not _is_join_key(node):
            yield Change(node, exp.not_(node.copy()))


def _swap_connector(part: exp.Expression) -> Iterator[Change]:
    """`or` for `and`, and the other way round; between the keys of a join nobody would."""
    for node in part.find_all(exp.And, exp.Or):
        if _is_join_key(node.right):
            continue
        other = exp.Or if isinstance(node, exp.And) else exp.And
        word, instead = ("AND", "OR") if isinstance(node, exp.And) else ("OR", "AND")
        swapped = exp.paren(other(this=_wrapped(node.left), expression=_wrapped(node.right)))
        shown = (f"{word} {_text(node.right)}", f"{instead} {_text(node.right)}")
        yield Change(node, swapped, shown, node.right)


def _wrapped(node: exp.Expression) -> exp.Expression:
    return exp.paren(node.copy()) if isinstance(node, exp.Connector) else node.copy()


_OPEN_AND_CLOSED = {exp.LT: exp.LTE, exp.LTE: exp.LT, exp.GT: exp.GTE, exp.GTE: exp.GT}


def _shift_comparison(part: exp.Expression) -> Iterator[Change]:
    """`<=` for `<`, `>=` for `>`, and the other way round."""
    for node in part.find_all(*_OPEN_AND_CLOSED):
        other = _OPEN_AND_CLOSED[type(node)]
        yield Change(node, other(this=node.left.copy(), expression=node.right.copy()))


def _drop_case_arm(part: exp.Expression) -> Iterator[Change]:
    """One arm of a case left out, its `else` among them."""
    for case in part.find_all(exp.Case):
        arms, default = case.args["ifs"], case.args.get("default")
        if default:
            yield Change(default, exp.null(), (f"ELSE {_text(default)}", "nothing"))
        for arm in arms:
            shown = (f"WHEN {_text(arm.this)} THEN {_text(arm.args['true'])}", "nothing")
            if len(arms) > 1:
                yield Change(arm, None, shown)
            else:
                yield Change(case, default or exp.null(), shown, arm)


# --------------------------------------------------------------------------------------------------
# Rows and sets
# --------------------------------------------------------------------------------------------------


def _swap_join(part: exp.Expression) -> Iterator[Change]:
    """A left join for an inner one, and the other way round; either for a full one."""
    for join in part.find_all(exp.Join):
        if not join.args.get("on"):
            continue
        for side in {"LEFT": [""], "": ["LEFT"], "FULL": ["LEFT", ""]}[join.side]:
            other = join.copy()
            other.set("side", side or None)
            other.set("kind", None if side else "INNER")
            table = _text(join.this)
            shown = (f"{join.side or 'INNER'} JOIN {table}", f"{side or 'INNER'} JOIN {table}")
            yield Change(join, other, shown)


def _drop_distinct(part: exp.Expression) -> Iterator[Change]:
    """A `distinct` left out, of a select or of an aggregate."""
    for node in part.find_all(exp.Distinct):
        if isinstance(node.parent, exp.Select):
            yield Change(node, None)
        else:
            yield Change(node, node.expressions[0])


def _swap_union(part: exp.Expression) -> Iterator[Change]:
    """`union all` for `union`, and the other way round, in the whole of a chain."""
    for union in part.find_all(exp.Union):
        if isinstance(union.parent, exp.Union):
            continue
        other = union.copy()
        for link in other.find_all(exp.Union):
            link.set("distinct", not link.args["distinct"])
        words = ("UNION", "UNION ALL") if union.args["distinct"] else ("UNION ALL", "UNION")
        yield Change(union, other, words)


def _drop_union_arm(part: exp.Expression) -> Iterator[Change]:
    """One arm of a union left out."""
    for union in part.find_all(exp.Union):
        yield Change(union, union.left, (_text(union.right), "nothing"), union.right)
        if not isinstance(union.left, exp.Union):
            yield Change(union, union.right, (_text(union.left), "nothing"), union.left)


_CONTRARY = {
    exp.Min: exp.Max,
    exp.Max: exp.Min,
    exp.Least: exp.Greatest,
    exp.Greatest: exp.Least,
    exp.LogicalOr: exp.LogicalAnd,
    exp.LogicalAnd: exp.LogicalOr,
    exp.Lag: exp.Lead,
    exp.Lead: exp.Lag,
}


def _swap_extreme(part: exp.Expression) -> Iterator[Change]:
    """The least for the greatest, all for any, the next for the one before."""
    for node in part.find_all(*_CONTRARY):
        yield Change(node, _CONTRARY[type(node)](**node.copy().args))


def _swap_order(part: exp.Expression) -> Iterator[Change]:
    """The last for the first, in a window."""
    for ordered in part.find_all(exp.Ordered):
        if isinstance(ordered.find_ancestor(exp.Window, exp.Select), exp.Window):
            other = ordered.copy()
            other.set("desc", not ordered.args.get("desc"))
            yield Change(ordered, other)


# --------------------------------------------------------------------------------------------------
# Sanitisers
# --------------------------------------------------------------------------------------------------


def _drop_pseudonym(part: exp.Expression) -> Iterator[Change]:
    """Of a keyed pseudonym: the id itself, its hash without the key, or one for all studies."""
    for node in part.find_all(exp.Left):
        if not isinstance(node.this, exp.SHA2):
            continue
        message = next(node.find_all(exp.Encode)).this
        shown = f"pseudonym of {_text(message)}"
        yield Change(node, message.right, (shown, "the id itself"))
        unkeyed = exp.func("sha256", message.right.copy(), dialect=DIALECT)
        yield Change(node, exp.func("left", unkeyed, node.expression.copy()), (shown, "no key"))
        everywhere = node.copy()
        study = next(next(everywhere.find_all(exp.Encode)).find_all(exp.Column))
        study.replace(exp.Literal.string("study"))
        yield Change(node, everywhere, (shown, "the same in every study"))


def _drop_coarsening(part: exp.Expression) -> Iterator[Change]:
    """A date in full for its month or year, a number for its band, a code for its category."""
    for node in part.find_all(exp.TimeToStr):
        yield Change(node, exp.cast(node.this.copy(), "varchar"))
    for node in part.find_all(exp.TimestampTrunc):
        yield Change(node, node.this)
    for node in part.find_all(exp.Extract):
        if isinstance(node.parent, exp.Cast):
            form = exp.Literal.string("%Y%m%d")
            yield Change(node, exp.func("strftime", node.expression.copy(), form, dialect=DIALECT))
    for node in part.find_all(exp.Left):
        if not isinstance(node.this, exp.SHA2):
            yield Change(node, node.this)
    for node in part.find_all(exp.Case):
        if node.this is None and all(
            isinstance(arm.this, exp.LT | exp.GTE)
            and isinstance(arm.args["true"], exp.Literal)
            and arm.args["true"].is_string
            for arm in node.args["ifs"]
        ):
            number = node.args["ifs"][0].this.left
            yield Change(
                node, exp.cast(number.copy(), "varchar"), (f"the band of {_text(number)}", "itself")
            )


def _drop_shape(part: exp.Expression) -> Iterator[Change]:
    """Any text, where only a code of one shape should be passed on."""
    for case in part.find_all(exp.Case):
        for arm in case.args["ifs"]:
            text = arm.args["true"]
            if any(match.this == text for match in arm.this.find_all(exp.RegexpFullMatch)):
                yield Change(case, text)


def _label_to_code(part: exp.Expression) -> Iterator[Change]:
    """The code as landed, listed or not, for its label."""
    for select in part.find_all(exp.Select):
        landed = {join.alias_or_name: _landed_code(join) for join in select.args.get("joins") or []}
        for column in select.find_all(exp.Column):
            if column.name == "label" and landed.get(column.table) is not None:
                yield Change(column, landed[column.table])


def _landed_code(join: exp.Join) -> exp.Expression | None:
    """What a join with a code list compares with its codes."""
    for equal in (join.args.get("on") or exp.null()).find_all(exp.EQ):
        if isinstance(equal.right, exp.Column) and equal.right.name == "code":
            return equal.left
    return None


OPERATORS: dict[str, Callable[[exp.Expression], Iterator[Change]]] = {
    "drop condition": _drop_condition,
    "negate": _negate,
    "and / or": _swap_connector,
    "< / <=": _shift_comparison,
    "drop case arm": _drop_case_arm,
    "inner / left join": _swap_join,
    "drop distinct": _drop_distinct,
    "union / union all": _swap_union,
    "drop union arm": _drop_union_arm,
    "min / max": _swap_extreme,
    "first / last": _swap_order,
    "drop pseudonym": _drop_pseudonym,
    "drop coarsening": _drop_coarsening,
    "drop shape": _drop_shape,
    "label to code": _label_to_code,
}
SANITISERS = ("drop pseudonym", "drop coarsening", "drop shape", "label to code")
"""The operators that let through what a sanitiser would have kept back."""
