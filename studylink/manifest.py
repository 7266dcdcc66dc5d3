"""The project as dbt compiled it: models, seeds, sources and tests, with their SQL and classes."""

import copy
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

GIVEN = ("source_table", "row_number", "row_fault")
"""What staging says of every landed row, beside what landed."""

ABOUT = "about"
"""The schema of the research database that describes the others."""


def target_folder() -> Path:
    """Where dbt leaves what it compiled: `DBT_TARGET_PATH`, by default `target`."""
    return Path(os.environ.get("DBT_TARGET_PATH") or "target")


@dataclass(frozen=True)
class Node:
    """One node of dbt's manifest.

    `kind` is `model`, `seed`, `source`, `test` or `analysis`. `path` is its file under the
    project, `relation` the quoted name under which SQL finds it (empty for tests), `sql` what dbt
    compiled (none for seeds and sources), `parents` the ids of what it refers to. `columns` are the
    declared columns in their order with what `meta` says of each; `class` is one of its keys. A
    staging model has those of its source, under the names that they are staged as, and what every
    landed row is given.
    """

    id: str
    name: str
    kind: str
    path: str
    relation: str
    database: str
    schema: str
    alias: str
    materialized: str | None
    sql: str | None
    parents: tuple[str, ...]
    columns: dict[str, dict] = field(hash=False)
    types: dict[str, str | None] = field(hash=False)
    config: dict = field(hash=False)

    @property
    def layer(self) -> str:
        """The folder of `models/` it is in: `staging`, `vault`, `intermediate` or `marts`."""
        parts = Path(self.path).parts
        return parts[1] if parts[0] == "models" else parts[0]

    @property
    def is_python(self) -> bool:
        """Whether it is a model in Python, which has no `sql`."""
        return self.path.endswith(".py")

    def classes(self) -> dict[str, str | None]:
        """The declared class of each declared column."""
        return {name: meta.get("class") for name, meta in self.columns.items()}


class Manifest:
    """Every node of a compiled project, by its id."""

    def __init__(self, target: Path):
        """Read `manifest.json` from dbt's target folder, as `dbt compile` or `dbt build` left it.

        Raises `FileNotFoundError` where dbt has not written one, or not to its end.
        """
        file = target / "manifest.json"
        if not file.exists():
            raise FileNotFoundError(f"{file} is not there: run `dbt compile` first")
        try:
            content = json.loads(file.read_text(encoding="utf-8"))
        except ValueError:
            raise FileNotFoundError(f"{file} is not whole: run `dbt compile` again") from None
        raw = {**content["sources"], **content["nodes"]}
        nodes = {unique_id: _node(unique_id, one) for unique_id, one in raw.items()}
        self.nodes = {unique_id: _staged(node, nodes) for unique_id, node in nodes.items()}
        self.unit_tests: list[dict] = list(content["unit_tests"].values())

    def with_nodes(self, *nodes: Node) -> "Manifest":
        """The same project with these nodes in the place of those with their ids."""
        changed = copy.copy(self)
        changed.nodes = self.nodes | {node.id: node for node in nodes}
        return changed

    def named(self, name: str, kind: str = "model") -> Node:
        """The node of a kind with this name; raises `KeyError` if there is none."""
        for node in self.of_kind(kind):
            if node.name == name:
                return node
        raise KeyError(name)

    def of_kind(self, *kinds: str) -> Iterator[Node]:
        """Every node of these kinds."""
        return (node for node in self.nodes.values() if node.kind in kinds)

    def in_layer(self, *layers: str) -> Iterator[Node]:
        """Every model of these layers."""
        return (node for node in self.of_kind("model") if node.layer in layers)

    def research_tables(self) -> list[Node]:
        """The models that researchers open, in the order of their relations."""
        tables = [node for node in self.in_layer("marts") if node.database == "research"]
        return sorted(tables, key=lambda node: (node.schema, node.alias))

    def tables_of_people(self) -> list[Node]:
        """Those of them whose every row is about somebody."""
        return [table for table in self.research_tables() if "research_id" in table.columns]

    def tables_of_counts(self) -> list[Node]:
        """Those of them whose rows are counts of people.

        The schema `about` has neither: what the project declares, and how many rows a table has.
        """
        return [
            table
            for table in self.research_tables()
            if "research_id" not in table.columns and table.schema != ABOUT
        ]

    def in_order(self) -> list[Node]:
        """Every model and seed, each after what it refers to."""
        done: dict[str, Node] = {}

        def visit(node: Node) -> None:
            if node.id in done:
                return
            for parent in node.parents:
                if parent in self.nodes and self.nodes[parent].kind in ("model", "seed"):
                    visit(self.nodes[parent])
            done[node.id] = node

        for node in self.of_kind("model", "seed"):
            visit(node)
        return list(done.values())

    def descendants(self, node: Node) -> list[Node]:
        """Every model downstream of `node`, in an order in which they can be built."""
        reached = {node.id}
        found = []
        for other in self.in_order():
            if other.id not in reached and reached.intersection(other.parents):
                reached.add(other.id)
                found.append(other)
        return found


def _node(unique_id: str, raw: dict) -> Node:
    config = raw.get("config") or {}
    return Node(
        id=unique_id,
        name=raw["name"],
        kind=raw["resource_type"],
        path=raw["original_file_path"],
        relation=raw.get("relation_name") or "",
        database=raw.get("database") or "",
        schema=raw.get("schema") or "",
        alias=raw.get("alias") or raw.get("identifier") or raw["name"],
        materialized=config.get("materialized"),
        sql=raw.get("compiled_code"),
        parents=tuple((raw.get("depends_on") or {}).get("nodes", ())),
        columns={
            name: (column.get("config") or {}).get("meta") or {}
            for name, column in raw.get("columns", {}).items()
        },
        types={name: column.get("data_type") for name, column in raw.get("columns", {}).items()},
        config=config,
    )


def _staged(node: Node, nodes: dict[str, Node]) -> Node:
    """A staging model with the columns that its source declares, and those that are its own."""
    if node.kind != "model" or node.layer != "staging":
        return node
    (source,) = (nodes[one] for one in node.parents if nodes[one].kind == "source")
    given = GIVEN if "landed_as" in source.config.get("meta", {}) else ()
    columns = {
        **{name: {"class": "plain"} for name in given},
        **{meta.get("staged", name): meta for name, meta in source.columns.items()},
        **node.columns,
    }
    return replace(node, columns=columns)
