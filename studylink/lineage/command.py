"""`studylink lineage`: where the columns of a table come from, and through what."""

import argparse
import sys
from collections.abc import Mapping

from studylink.lineage.flows import Acting, Flows, merged
from studylink.lineage.project import Lineage, shown_name
from studylink.lineage.sanitisers import IDENTIFYING
from studylink.manifest import Manifest, Node, target_folder
from studylink.summary import aligned


def add_command(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register `studylink lineage`."""
    parser = subparsers.add_parser("lineage", help="where each column comes from, through what")
    parser.add_argument(
        "table",
        nargs="?",
        help="as in research.five_to_twelve.hospital_episodes, or a model's name; without one, "
        "whether anything identifying reaches researchers, and exit code 1 if it does",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the lineage of a table, or a summary; 1 where something is wrong, or not compiled."""
    try:
        lineage = Lineage(Manifest(target_folder()))
    except (FileNotFoundError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    if arguments.table is None:
        violations = lineage.violations()
        print(summarised(lineage, violations))
        return 1 if violations else 0
    models = [
        node
        for node in lineage.manifest.of_kind("model")
        if arguments.table in (shown_name(node), node.name)
    ]
    if not models:
        print(
            f"{arguments.table} is not a table of the project; write research.study.table",
            file=sys.stderr,
        )
        return 1
    print("\n\n".join(described(lineage, node) for node in models))
    return 0


def described(lineage: Lineage, node: Node) -> str:
    """A table as text: each column's sources, and the identifying ones that decide over rows."""
    columns = [
        ("" if place else column, *source)
        for column, flows in lineage.columns(node.id).items()
        for place, source in enumerate(_sources(lineage, flows))
    ]
    return (
        f"{shown_name(node)}\n\n"
        + aligned(("column", "comes from", "class", "through"), columns)
        + "\n\nWhat identifies, and decides which rows there are:\n"
        + aligned(("source", "class", "in", "as"), _deciding(lineage, lineage.implicit(node.id)))
    )


def summarised(lineage: Lineage, violations: list[str]) -> str:
    """What the whole project comes to, as text."""
    tables = lineage.manifest.research_tables()
    flows = [one for table in tables for one in lineage.columns(table.id).values()]
    cleaned = sum(any(flow.is_clean for flow in one) for one in flows)
    found = "\n".join(f"  {one}" for one in violations)
    return (
        f"{len(tables)} tables for researchers, {len(flows)} columns, of which {cleaned} hold "
        "something that a sanitiser has made safe.\n"
        + (f"{len(violations)} violation(s):\n{found}" if violations else "No violation.")
    )


def _sources(lineage: Lineage, flows: Flows) -> list[tuple[str, str, str]]:
    """Where a column comes from, a line each, and on a last line what only chooses its value."""
    values = merged({flow.source: names} for flow, names in flows.items() if not flow.is_choice)
    choices = {str(flow.source) for flow in flows if flow.is_choice}
    sources = [
        (str(source), lineage.class_of(source), ", ".join(sorted(names)))
        for source, names in sorted(values.items())
    ] or [("a seed, or what is written", "", "")]
    return sources + [("chosen by", "", ", ".join(sorted(choices)))] * bool(choices)


def _deciding(
    lineage: Lineage, implicit: Mapping[Acting, frozenset[str]]
) -> list[tuple[str, str, str, str]]:
    """The identifying columns that decide over rows, in which model, and how."""
    found = merged(
        {(one.flow.source, one.model): how}
        for one, how in implicit.items()
        if not one.flow.is_clean and lineage.class_of(one.flow.source) in IDENTIFYING
    )
    return [
        (str(source), lineage.class_of(source), model, ", ".join(sorted(how)))
        for (source, model), how in sorted(found.items())
    ]
