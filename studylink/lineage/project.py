"""The lineage of the whole project: every model's columns in terms of the staged ones."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import yaml

from studylink.lineage.flows import (
    Acting,
    Column,
    Flow,
    Flows,
    Relation,
    Source,
    Tables,
    merged,
    unknown,
)
from studylink.lineage.plan import DATES, Unknown, Walk
from studylink.lineage.sanitisers import IDENTIFYING, KEYS, OTHERS, PSEUDONYM
from studylink.lineage.shadow import NotBound, Shadow
from studylink.manifest import Manifest, Node

ALLOWED = Path(__file__).with_name("implicit_flows.yml")
FAULT = "row_fault"
"""The column in which staging names what is wrong with a row."""


@dataclass(frozen=True)
class Read:
    """A model as bound: its columns with their types, and its plan; none if it has no SQL."""

    columns: tuple[tuple[str, str], ...]
    plan: dict | None
    refused: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Traced:
    """What a relation comes to: its flows, and what is refused in it.

    `landed` is what a staging model's own SQL gives, in terms of what landed.
    """

    relation: Relation
    refused: frozenset[str] = frozenset()
    landed: Relation | None = None


class Lineage:
    """Where the columns of a compiled project come from.

    Analysing takes some seconds, once, when first asked. Nothing of it needs data: only names,
    types and SQL. `bound` has every source, seed and model, each after what it refers to.
    """

    def __init__(self, manifest: Manifest, allowed: Path = ALLOWED):
        """Bind every model of a project as dbt compiled it.

        `allowed` is the list of identifying columns that may decide over rows. Raises `ValueError`
        where dbt has not compiled every model.
        """
        self.manifest = manifest
        self.allowed = allowed
        self.bound = _bound(manifest, {})
        self._traced_before: dict[str, Traced] = {}

    def with_nodes(self, *nodes: Node) -> "Lineage":
        """The same project with some nodes replaced; only their descendants are analysed again."""
        changed = Lineage.__new__(Lineage)
        changed.manifest = self.manifest.with_nodes(*nodes)
        changed.allowed = self.allowed
        affected = {one.id for node in nodes for one in (node, *changed.manifest.descendants(node))}
        kept = {node_id: read for node_id, read in self.bound.items() if node_id not in affected}
        changed.bound = _bound(changed.manifest, kept)
        changed._traced_before = {node_id: self._traced[node_id] for node_id in kept}
        return changed

    def with_sql(self, sql: Mapping[str, str]) -> "Lineage":
        """The same project with the compiled SQL of some models, by node id, replaced."""
        return self.with_nodes(
            *(replace(self.manifest.nodes[node_id], sql=text) for node_id, text in sql.items())
        )

    def columns(self, node_id: str) -> dict[str, Flows]:
        """The explicit flows into each column of a model, in the columns' order."""
        names = [name for name, _ in self.bound[node_id].columns]
        relation = self._traced[node_id].relation
        return {name: one.flows for name, one in zip(names, relation.columns, strict=True)}

    def implicit(self, node_id: str) -> Mapping[Acting, frozenset[str]]:
        """What decides which rows a model has: in itself, and in everything upstream."""
        return self._traced[node_id].relation.implicit

    def uses(self, node_id: str) -> dict[Source, frozenset[str]]:
        """The columns of its parents that a model's own SQL uses, and how.

        A column counts that goes into one of the model's (`value`), or decides over its rows
        (`filter`, `join` and so on); not one that is merely selected on the way.
        """
        tables = {
            node.relation: (
                names := tuple(name for name, _ in self.bound[node.id].columns),
                Relation(
                    tuple(Column({Flow(Source(node.name, one)): frozenset()}) for one in names)
                ),
            )
            for node in self.manifest.nodes.values()
            if node.id in self.bound
        }
        relation, _ = self._walked(self.manifest.nodes[node_id], tables)
        values = {
            flow.source: frozenset(("value",))
            for column in relation.columns
            for flow in column.flows
        }
        return merged((values, *({one.flow.source: how} for one, how in relation.implicit.items())))

    def class_of(self, source: Source) -> str:
        """The declared class of a source column; `unknown` for anything else."""
        return self._classes.get(source) or "unknown"

    def violations(self) -> list[str]:
        """Everything that breaks the promise, a sentence each; none in a project that keeps it."""
        return sorted(
            {
                *self._refusals(),
                *self._taints(),
                *self._unlisted_or_unused(),
                *self._staged_wrongly(),
            }
        )

    # how the relations come about

    @cached_property
    def _classes(self) -> dict[Source, str]:
        return {
            Source(node.name, column): declared
            for node in self.manifest.of_kind("model")
            if is_origin(node)
            for column, declared in node.classes().items()
            if declared
        }

    @cached_property
    def _traced(self) -> dict[str, Traced]:
        """Every relation in terms of where flows begin, each after what it refers to."""
        tables: Tables = {}
        traced: dict[str, Traced] = {}
        for node_id, read in self.bound.items():
            node = self.manifest.nodes[node_id]
            traced[node_id] = self._traced_before.get(node_id) or self._trace(node, read, tables)
            tables[node.relation] = (
                tuple(name for name, _ in read.columns),
                traced[node_id].relation,
            )
        return traced

    def _trace(self, node: Node, read: Read, tables: Tables) -> Traced:
        if node.kind == "seed":
            return Traced(Relation(tuple(Column() for _ in read.columns)))
        if node.kind == "source" or (is_origin(node) and node.is_python):
            return Traced(origins(node, read))
        relation, refused = self._walked(node, tables)
        if is_origin(node):
            return Traced(origins(node, read), refused | read.refused, relation)
        return Traced(relation, refused | read.refused)

    def _walked(self, node: Node, tables: Tables) -> tuple[Relation, frozenset[str]]:
        walk = Walk(self.readable(node, tables), node.name, self.class_of)
        return walked(self.bound[node.id], walk), frozenset(walk.refused)

    def readable(self, node: Node, tables: Tables) -> Tables:
        """Those of the tables that a model says it reads."""
        relations = [self.manifest.nodes[one].relation for one in node.parents]
        return {relation: tables[relation] for relation in relations if relation in tables}

    # what is wrong

    def _refusals(self) -> Iterator[str]:
        """What has no place in a model, wherever it leads."""
        for node_id, traced in self._traced.items():
            for what in traced.refused:
                yield f"{self.manifest.nodes[node_id].name}: {what}"

    def _taints(self) -> Iterator[str]:
        """What reaches researchers, of identifiers, of keys and of the day of an event."""
        for mart in self.manifest.research_tables():
            for column, flows in self.columns(mart.id).items():
                for flow in flows:
                    declared = self.class_of(flow.source)
                    if flow.is_clean or (declared in OTHERS and not flow.is_date):
                        continue
                    yield (
                        f"{shown_name(mart)}.{column} is computed from {flow.source} "
                        f"({'a date' if declared in OTHERS else declared})"
                    )

    def _unlisted_or_unused(self) -> Iterator[str]:
        allowed = _listed(self.allowed)
        acting = {
            (str(one.flow.source), one.model): self.class_of(one.flow.source)
            for mart in self.manifest.research_tables()
            for one in self.implicit(mart.id)
            if not one.flow.is_clean
        }
        for (source, model), declared in acting.items():
            if declared not in KEYS | OTHERS and (source, model) not in allowed:
                yield (
                    f"{source} ({declared}) decides in {model} which rows researchers get, "
                    f"and {self.allowed.name} does not allow it"
                )
        for source, model in allowed:
            if (source, model) not in acting:
                yield f"{self.allowed.name} allows {source} to act in {model}, where it does not"

    def _staged_wrongly(self) -> Iterator[str]:
        """What is staged without a class, or under one that does not say what it holds."""
        for node_id, traced in self._traced.items():
            if traced.landed is None:
                continue
            node = self.manifest.nodes[node_id]
            classes = node.classes()
            columns = {
                name: column
                for (name, _), column in zip(
                    self.bound[node_id].columns, traced.landed.columns, strict=True
                )
            }
            identifying = {
                flow.source
                for name, column in columns.items()
                if classes.get(name) in IDENTIFYING
                for flow in column.flows
            }
            for name in classes.keys() - columns.keys():
                yield f"{node.name} has no column {name}, which its source declares"
            for name, column in columns.items():
                if not classes.get(name):
                    yield f"{node.name}.{name} has no class in its source"
                elif name == FAULT:
                    if not column.is_constant:
                        yield f"{node.name}.{name} may hold something that landed"
                elif classes.get(name) not in IDENTIFYING:
                    for flow in column.flows:
                        if flow.source in identifying:
                            yield (
                                f"{node.name}.{name} is staged as {classes.get(name)}, and holds "
                                f"something of {flow.source}, which is staged as identifying"
                            )


def _listed(allowed: Path) -> set[tuple[str, str]]:
    """The source columns that may decide over rows, each with the model in which it may."""
    return {
        (source, entry["model"])
        for entry in yaml.safe_load(allowed.read_text(encoding="utf-8"))
        for source in entry["columns"]
    }


def shown_name(node: Node) -> str:
    """The name under which people find a table: `research.five_to_twelve.areas`."""
    return f"{node.database}.{node.schema}.{node.alias}"


def is_origin(node: Node) -> bool:
    """Whether the search ends at a model: its columns are classified by hand."""
    return node.layer == "staging" or (node.layer == "vault" and node.is_python)


def origins(node: Node, read: Read) -> Relation:
    """A relation whose columns are where flows begin."""
    return Relation(
        tuple(
            Column({Flow(Source(node.name, name), is_date=kind in DATES): frozenset()})
            for name, kind in read.columns
        )
    )


def walked(read: Read, walk: Walk) -> Relation:
    """What a model gives; where that is not known, everything that it could read in each column."""
    what = "what cannot be bound"
    if read.plan is not None:
        try:
            return walk.result(read.plan)
        except Unknown as error:
            what = str(error)
    tables = [table for _, table in walk.tables.values()]
    flows = merged(
        (
            {unknown(what): frozenset()},
            *(column.flows for table in tables for column in table.columns),
        )
    )
    return Relation(
        tuple(Column(flows) for _ in read.columns), merged(table.implicit for table in tables)
    )


def _bound(manifest: Manifest, kept: Mapping[str, Read]) -> dict[str, Read]:
    """Every source, seed and model as bound, each after what it refers to; `kept` is taken over."""
    shadow = Shadow()
    read: dict[str, Read] = {}
    for node in [*manifest.of_kind("source"), *manifest.in_order()]:
        if node.id in kept:
            one = kept[node.id]
        elif node.kind == "source":
            landed = [(name, "varchar") for name in node.columns]
            one = Read((*landed, ("source_table", "varchar"), ("row_number", "bigint")), None)
        elif node.kind == "seed":
            one = Read(tuple(node.config["column_types"].items()), None)
        else:
            one = _bound_model(shadow, node)
        shadow.create(node.relation, one.columns)
        read[node.id] = one
    return read


def _bound_model(shadow: Shadow, node: Node) -> Read:
    declared = tuple((name, kind or "varchar") for name, kind in node.types.items())
    if node.is_python:
        refused = "a Python model outside the vault" if node.layer != "vault" else None
        return Read(declared, None, frozenset(filter(None, (refused,))))
    if node.sql is None:
        raise ValueError(f"{node.name} is not compiled: run `dbt compile` first, of everything")
    columns = declared
    try:
        written_wrongly = frozenset(_written_wrongly(shadow.syntax(node.sql)))
        columns = tuple(shadow.columns(node.sql))
        return Read(columns, shadow.plan(node.sql), written_wrongly)
    except NotBound as error:
        return Read(columns, None, frozenset((f"it cannot be bound: {error}",)))


def _written_wrongly(syntax: dict) -> Iterator[str]:
    """What a query may not contain, even if the plan leaves it out."""
    for part in _outside_pseudonyms(syntax):
        if part.get("function_name") == "getvariable":
            yield "getvariable outside the pseudonym"


def _outside_pseudonyms(part: object) -> Iterator[dict]:
    """The objects of a syntax tree; of a pseudonym only those of its arguments."""
    if isinstance(part, dict):
        arguments = PSEUDONYM.written(part)
        if arguments is None:
            yield part
        part = list((part if arguments is None else arguments).values())
    if isinstance(part, list):
        for one in part:
            yield from _outside_pseudonyms(one)
