"""What makes a value safe, recognised by the shape of the computation and not by any name.

A shape is SQL over the columns of an empty table, its holes; bound like everything else, it is
compared with the bound expressions of the models. Shapes are written here, and not taken from the
project's macros: a macro that is weakened is recognised no longer, and what it lets through taints.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from studylink.lineage.flows import Flow
from studylink.lineage.shadow import Shadow

IDENTIFYING = frozenset(("direct", "free_text"))
KEYS = frozenset(("key",))
OTHERS = frozenset(("quasi", "sensitive", "plain"))
"""The classes of staged columns, by what may become of them: see `models/staging`."""

IGNORED = frozenset(("alias", "query_location", "arguments", "return_type", "original_arguments"))
TELLING = ("type", "name", "function_name")
"""What usually distinguishes two expressions, so that little else need be compared."""
CONSTANT = "a_constant"
YEAR_OF = "year_of"
OF_A_YEAR = frozenset((YEAR_OF, "date_trunc"))
"""Through what a year of birth comes from the date, and nothing finer does."""
WHOLE_NUMBER = "a_whole_number"
ONE_CONSTANT = "the_one_constant"
"""Holes that only a written constant fills: any one at each place, but for the last, which is the
same at all."""
CONSTANTS = (CONSTANT, WHOLE_NUMBER, ONE_CONSTANT)


@dataclass(frozen=True)
class Sanitiser:
    """A shape, and of what it makes safe what comes in by its holes.

    `holes` gives each hole its type, `classes` says of which classes of columns the shape shows
    nothing any more. Where `dates_only`, nothing is made safe but what shows no more than a date
    does; where `untouched_only`, nothing but columns as they landed; where `years_only`, of what
    identifies nothing but the year: a month of birth is a whole number too. Where it is `relative`,
    each hole must be filled by a date that landed: the distance from one that everybody knows gives
    away the other. One arm of a `case` in the shape stands for any number like it.
    """

    name: str
    holes: dict[str, str]
    sql: str
    classes: frozenset[str]
    dates_only: bool = False
    untouched_only: bool = False
    relative: bool = False
    years_only: bool = False

    def makes_safe(self, flow: Flow, through: frozenset[str], declared: str) -> bool:
        """Whether a flow through functions, of a class, that comes in by a hole goes out clean."""
        return (
            declared in self.classes
            and (flow.is_date or not self.dates_only)
            and (is_untouched(flow, through) or not self.untouched_only)
            and (not self.years_only or declared in OTHERS or _is_year(flow, through))
        )

    @property
    def query(self) -> str:
        """The shape as a query over its holes."""
        constants = {CONSTANT: "varchar", WHOLE_NUMBER: "integer", ONE_CONSTANT: "varchar"}
        kinds = self.holes | constants
        empty = ", ".join(f"null::{kind} as {name}" for name, kind in kinds.items())
        return f"select {self.sql} as shape from (select {empty}) as holes"

    @cached_property
    def expression(self) -> dict:
        """The bound shape; its holes are references with the hole's name as their alias."""
        return Shadow().plan(self.query)["expressions"][0]

    @cached_property
    def syntax(self) -> dict:
        """The shape as it is written."""
        return Shadow().syntax(self.query)["node"]["select_list"][0]

    def found(self, expression: dict) -> dict[str, dict] | None:
        """What fills the holes, where a bound expression has the shape."""
        filled: dict[str, dict] = {}
        if not _alike(self.expression, expression, filled):
            return None
        return {hole: part for hole, part in filled.items() if hole in self.holes}

    def written(self, syntax: dict) -> dict[str, dict] | None:
        """What fills the holes, where a part of a syntax tree has the shape."""
        filled: dict[str, dict] = {}
        return filled if _alike(self.syntax, syntax, filled) else None


def is_untouched(flow: Flow, through: frozenset[str]) -> bool:
    """Whether a flow brings a column as it landed, and not something that was made of it."""
    return not through and not flow.is_choice


PSEUDONYM = Sanitiser(
    name="pseudonym",
    holes={"study": "varchar", "kind": "varchar", "id": "varchar"},
    sql="""
        left(
            sha256(getvariable('hmac_opad') || unhex(sha256(
                getvariable('hmac_ipad') || encode(study || '/' || kind || '/' || id)
            ))),
            32
        )
    """,
    # a keyed hash gives away no part of its message
    classes=IDENTIFYING | KEYS | OTHERS,
)

_AGE = f"""
    (
        12 * (extract(year from {ONE_CONSTANT}::timestamp) - extract(year from month_of_birth))
        + extract(month from {ONE_CONSTANT}::timestamp) - extract(month from month_of_birth)
    ) / 12.0
"""

AGE_BAND = Sanitiser(
    name="age_band",
    holes={"month_of_birth": "date"},
    sql=f"""
        case
            when {_AGE} < {WHOLE_NUMBER} then {CONSTANT}
            when {_AGE} >= {WHOLE_NUMBER} then {CONSTANT}
        end
    """,
    classes=IDENTIFYING,
    dates_only=True,
)

AGE_IN_YEAR = Sanitiser(
    name="age_in_year",
    holes={"event_on": "date", "year_of_birth": "integer"},
    sql="""
        case
            when cast(extract(year from event_on) as integer) >= year_of_birth
                then cast(extract(year from event_on) as integer) - year_of_birth
        end
    """,
    classes=IDENTIFYING | OTHERS,
    dates_only=True,
    relative=True,
    years_only=True,
)

AGE_NOW = Sanitiser(
    name="age_in_year of the moment of the build",
    holes={"year_of_birth": "integer"},
    sql=f"""
        case
            when cast(extract(year from {ONE_CONSTANT}::timestamp) as integer) >= year_of_birth
                then cast(extract(year from {ONE_CONSTANT}::timestamp) as integer) - year_of_birth
        end
    """,
    # everybody knows the moment, so the age shows the year of birth, and nothing finer
    classes=IDENTIFYING,
    dates_only=True,
    years_only=True,
)

MONTH = Sanitiser(
    name="month_of",
    holes={"date": "date"},
    sql="strftime(date, '%Y-%m')",
    classes=OTHERS,
)

YEAR = Sanitiser(
    name=YEAR_OF,
    holes={"date": "date"},
    sql="cast(extract(year from date) as integer)",
    classes=OTHERS,
)

LENGTH = Sanitiser(
    name="datediff",
    holes={"earlier": "date", "later": "date"},
    sql="date_diff('day', earlier, later)",
    classes=OTHERS,
    relative=True,
)

PRESENCE = tuple(
    Sanitiser(
        name=name,
        holes={"value": "varchar"},
        sql=f"value {name}",
        classes=KEYS | OTHERS,
        untouched_only=True,
    )
    for name in ("is null", "is not null")
)

# an age now has the shape of an age in the year of an event as well, so it stands before it
SANITISERS = (PSEUDONYM, AGE_BAND, AGE_NOW, AGE_IN_YEAR, MONTH, YEAR, LENGTH, *PRESENCE)


def _is_year(flow: Flow, through: frozenset[str]) -> bool:
    """Whether a date was cut to its year, and no more was made of it than to choose it."""
    return YEAR_OF in through and (flow.is_choice or through <= OF_A_YEAR)


def _alike(shape: object, actual: object, filled: dict[str, dict]) -> bool:
    """Whether two JSON trees are the same, but for what fills the holes of the first."""
    if isinstance(shape, dict) and isinstance(actual, dict):
        hole = _hole(shape)
        if hole:
            return _fills(hole, actual, filled)
        if any(shape.get(key) != actual.get(key) for key in TELLING):
            return False
        if shape.get("expression_class") == "BOUND_CAST" and shape["return_type"] != actual.get(
            "return_type"
        ):
            return False
        keys = (shape.keys() | actual.keys()) - IGNORED
        return all(_alike_at(key, shape.get(key), actual.get(key), filled) for key in keys)
    if isinstance(shape, list) and isinstance(actual, list):
        return len(shape) == len(actual) and all(
            _alike(one, other, filled) for one, other in zip(shape, actual, strict=True)
        )
    return shape == actual


def _alike_at(key: str, shape: object, actual: object, filled: dict[str, dict]) -> bool:
    if key == "case_checks" and isinstance(shape, list) and isinstance(actual, list):
        return all(any(_tried(arm, other, filled) for arm in shape) for other in actual)
    return _alike(shape, actual, filled)


def _tried(shape: object, actual: object, filled: dict[str, dict]) -> bool:
    """As `_alike`, but that holes are filled only where all is alike."""
    trial = dict(filled)
    found = _alike(shape, actual, trial)
    if found:
        filled.update(trial)
    return found


def _hole(shape: dict) -> str | None:
    """The name of the hole, where a part of a shape is one; in a plan or in a syntax tree."""
    if shape.get("expression_class") == "BOUND_REF":
        return shape["alias"]
    if shape.get("class") == "COLUMN_REF":
        return shape["column_names"][-1]
    if shape.get("expression_class") == "BOUND_CAST":
        # the type to which a constant is cast is the constant's own affair
        hole = _hole(shape["child"])
        return hole if hole in CONSTANTS else None
    return None


def _fills(hole: str, actual: dict, filled: dict[str, dict]) -> bool:
    if hole in CONSTANTS and not _is_constant(actual, whole=hole == WHOLE_NUMBER):
        return False
    if hole in (CONSTANT, WHOLE_NUMBER):
        return True
    return _bare(filled.setdefault(hole, actual)) == _bare(actual)


def _bare(tree: object) -> object:
    """A JSON tree without what says nothing of its value."""
    if isinstance(tree, dict):
        return {key: _bare(part) for key, part in tree.items() if key not in IGNORED}
    return [_bare(part) for part in tree] if isinstance(tree, list) else tree


def _is_constant(actual: dict, whole: bool) -> bool:
    while actual.get("expression_class") == "BOUND_CAST":
        actual = actual["child"]
    if actual.get("expression_class") != "BOUND_CONSTANT":
        return False
    return not whole or actual["value"]["type"]["id"] in ("INTEGER", "BIGINT")


def sanitised(expression: dict) -> Iterator[tuple[Sanitiser, dict[str, dict]]]:
    """The sanitiser whose shape a bound expression has, and what fills its holes; at most one."""
    # no shape is of a constant alone, and most of what is written in lists of values is
    if _is_constant(expression, whole=False):
        return
    for sanitiser in SANITISERS:
        filled = sanitiser.found(expression)
        if filled is not None:
            yield sanitiser, filled
            return
