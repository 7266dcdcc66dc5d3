"""What flows: from which source column, in what form, through which functions."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple


class Source(NamedTuple):
    """A column at which the search ends: of a staging model, or of a Python model of the vault."""

    table: str
    column: str

    def __str__(self) -> str:
        return f"{self.table}.{self.column}"


class Flow(NamedTuple):
    """That something of a source arrives.

    `is_date` says that no more of it than a date or an instant arrives, `is_clean` that a
    sanitiser stands on the way, `is_choice` that it only says which of other values is taken.
    """

    source: Source
    is_date: bool = False
    is_clean: bool = False
    is_choice: bool = False


Flows = Mapping[Flow, frozenset[str]]
"""Each flow, and the functions on its way."""


class Acting(NamedTuple):
    """A flow that decides which rows there are, or how many, and the model in which it does."""

    flow: Flow
    model: str


@dataclass(frozen=True)
class Column:
    """What one column is computed from; `is_constant` if it holds only written constants."""

    flows: Flows = field(default_factory=dict)
    is_constant: bool = False


@dataclass(frozen=True)
class Relation:
    """What a table or an operator of a plan gives: columns in their order, and what acted on them.

    `implicit` names for each flow that acted how it did: `filter`, `join`, `group` and the like.
    """

    columns: tuple[Column, ...]
    implicit: Mapping[Acting, frozenset[str]] = field(default_factory=dict)


Tables = dict[str, tuple[tuple[str, ...], Relation]]
"""What can be read, by quoted name: the names of the columns, and the relation."""


def merged(sets: Iterable[Mapping]) -> dict:
    """Several flows, or several things acting, as one: names of the same key put together."""
    result: dict = {}
    for one in sets:
        for key, names in one.items():
            result[key] = result[key] | names if key in result else names
    return result


def through(flows: Flows, name: str) -> Flows:
    """The same flows, with one more function on their way."""
    return {flow: names | {name} for flow, names in flows.items()}


def unknown(what: str) -> Flow:
    """The flow of something that nobody has judged: it may hold anything."""
    return Flow(Source("?", what))
