"""Whether agencies' records and participants' answers reach researchers only through one authority.

A gate is a model with a row for each thing that may be published. What a table of records holds has
passed the gate once its rows were joined to the gate's, by equality of all the gate's keys, in a
join that keeps no record without a match. This is taint analysis with another taint and another
sanitiser: the records, and that join.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from studylink.lineage.flows import Column, Relation, Tables
from studylink.lineage.plan import Walk
from studylink.lineage.project import Lineage, is_origin, origins, shown_name, walked
from studylink.manifest import Node


@dataclass(frozen=True)
class Gate:
    """A model that says what may be published of some tables of records.

    `keys` are the columns by which a record is matched to its row of the gate, named alike in both;
    of each group of names any one will do. `lists` are models that name things, and show nothing of
    any record: pseudonyms of places.
    """

    name: str
    records: tuple[str, ...]
    keys: tuple[frozenset[str], ...]
    lists: tuple[str, ...] = ()


@dataclass
class GateWalk(Walk):
    """A walk in which a join to the gate makes clean what the records of the other side hold."""

    gate: Gate = field(kw_only=True)

    def _matched(self, plan: dict, left: Relation, right: Relation) -> tuple[Relation, Relation]:
        pairs = [
            (
                self._value(condition["left"], left.columns),
                self._value(condition["right"], right.columns),
            )
            for condition in plan.get("conditions", ())
            if condition["comparison"] == "COMPARE_EQUAL"
        ]
        kind = plan["join_type"]
        if kind in ("INNER", "LEFT"):
            right = self._passed(right, pairs)
        if kind in ("INNER", "SEMI"):
            left = self._passed(left, [(gate, record) for record, gate in pairs])
        return left, right

    def _passed(self, records: Relation, pairs: list[tuple[Column, Column]]) -> Relation:
        """A side of a join as it is after it; each pair is of the other side, and of this."""
        passed = set(self.gate.records)
        for names in self.gate.keys:
            passed &= {table for pair in pairs for table in self._matched_by(names, *pair)}
        columns = []
        for column in records.columns:
            flows = {
                flow._replace(is_clean=flow.is_clean or flow.source.table in passed): through
                for flow, through in column.flows.items()
            }
            columns.append(Column(flows, column.is_constant))
        return Relation(tuple(columns), records.implicit)

    def _matched_by(self, names: frozenset[str], gate: Column, record: Column) -> set[str]:
        """The tables of records whose rows are matched on a key by an equality of two columns."""
        for name in names:
            if _is_just(gate, name, (self.gate.name,)) and _is_just(
                record, name, self.gate.records
            ):
                return {flow.source.table for flow in record.flows}
        return set()


def ungated(lineage: Lineage, gate: Gate, readers: list[Node]) -> Iterator[str]:
    """What the columns of some models hold of records that did not pass the gate."""
    tables: Tables = {}
    known = {gate.name, *gate.records, *gate.lists}
    for node_id, read in lineage.bound.items():
        node = lineage.manifest.nodes[node_id]
        names = tuple(name for name, _ in read.columns)
        if node.name in known:
            relation = origins(node, read)
        elif node.kind != "model" or is_origin(node):
            relation = Relation(tuple(Column() for _ in names))
        else:
            allowed = lineage.readable(node, tables)
            # of the sanitisers none makes a record one that may be published
            relation = walked(read, GateWalk(allowed, node.name, lambda _: "record", gate=gate))
        tables[node.relation] = (names, relation)
    for reader in readers:
        names, relation = tables[reader.relation]
        for name, column in zip(names, relation.columns, strict=True):
            for flow in column.flows:
                if not flow.is_clean and flow.source.table in (*gate.records, "?"):
                    yield f"{shown_name(reader)}.{name} holds {flow.source} without {gate.name}"


def _is_just(column: Column, name: str, tables: tuple[str, ...]) -> bool:
    """Whether a column is that of this name of one or several tables, as it is."""
    return bool(column.flows) and all(
        flow.source.table in tables and flow.source.column == name and not through
        for flow, through in column.flows.items()
    )
