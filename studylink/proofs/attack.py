"""`studylink attack`: what an intruder gets out of the published tables, as numbers.

Four attacks: on the quasi-identifiers of each table (`risks.py`), by somebody who knows a thousand
people (`intruder.py`), on answers that may not be linked, by what they say (`contents.py`), and on
the pseudonyms (`guessing.py`). Their numbers for the shipped sample as of `AS_OF` are kept in
`attack_baseline.yml`, and may only improve: after

    dbt build --vars '{as_of: "2026-06-30T00:00:00Z"}'

`studylink attack` fails where any is worse, and `studylink attack --accept` writes down those that
are better. The tests ask for that too: a blunter attack would seem to be an improvement, so every
change of a number stands in the file for a reviewer to read. Where the sample, what is published or
an attack has changed so that a number had to be worse, delete the file and accept again.
"""

import argparse
import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import yaml

from studylink import databases, landing
from studylink.contract import PROJECT
from studylink.proofs import contents, guessing, intruder
from studylink.proofs.manifest import Manifest
from studylink.proofs.risks import Risks, risks
from studylink.requests import request_log
from studylink.summary import aligned

BASELINE = Path(__file__).with_name("attack_baseline.yml")
SAMPLE = PROJECT / "extracts" / "sample"
AS_OF = datetime(2026, 6, 30, tzinfo=UTC)
MORE_IS_BETTER = {
    "people_looked_for",
    "families_tried",
    "records_to_choose_from",
    "smallest_candidate_set",
    "hashes_tried",
    "recomputed_with_the_key",
}
"""Measures of a good defence, or of a thorough attack; of all others less is better."""

TITLES = {
    "risks": "Risk of being found by one's quasi-identifiers (1: for certain)",
    "intruder": (
        "What somebody finds who knows the birth date, sex, postcode district and school of "
        f"{intruder.PEOPLE_KNOWN:,} people"
    ),
    "contents": "Records of unlinked answers found by what the answers say",
    "guessing": "Pseudonyms guessed by hashing every id without the key",
}
HEADING = "# What `studylink attack` finds in the sample; the numbers may only improve.\n"

Report = dict[str, dict[str, dict[str, float]]]
"""Attack, what it was on, measure: a number."""


class Change(NamedTuple):
    """A number that is not what the baseline has; None where one of the two has none."""

    attack: str
    place: str
    measure: str
    was: float | None
    now: float | None

    @property
    def is_better(self) -> bool:
        """Whether it may be accepted: it is new, or has moved the right way."""
        if self.was is None or self.now is None:
            return self.now is not None
        return (self.now > self.was) == (self.measure in MORE_IS_BETTER)


def add_command(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register `studylink attack`."""
    parser = subparsers.add_parser("attack", help="what an intruder gets out of the last build")
    parser.add_argument(
        "--accept", action="store_true", help="write what has improved to the baseline"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the report on the last build; 1 where there is none, or a number has become worse."""
    target = Path(os.environ.get("DBT_TARGET_PATH") or "target")
    extracts = Path(os.environ.get("STUDY_EXTRACTS") or SAMPLE)
    try:
        as_of = built_as_of(target)
        report = attacked(databases.data_folder(), target, extracts, as_of)
    except (FileNotFoundError, PermissionError, landing.LandingError) as error:
        print(error)
        return 1
    print(shown(report))
    if extracts.resolve() != SAMPLE or as_of != AS_OF:
        print(f"The baseline is of the sample as of {AS_OF:%Y-%m-%dT%H:%M:%SZ}: not compared.")
        return int(arguments.accept)
    return compare(report, arguments.accept)


def built_as_of(target: Path) -> datetime:
    """The moment that the last dbt run spoke for: the var `as_of`, or when it started.

    Raises `FileNotFoundError` where dbt has left no run in `target`.
    """
    file = target / "run_results.json"
    if not file.exists():
        raise FileNotFoundError(f"{file} is not there: run `dbt build` first")
    results = json.loads(file.read_text(encoding="utf-8"))
    as_of = results["args"].get("vars", {}).get("as_of")
    moment = datetime.fromisoformat(as_of or results["metadata"]["invocation_started_at"])
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def attacked(folder: Path, target: Path, extracts: Path, as_of: datetime) -> Report:
    """All the numbers of the build published in `folder`, to four decimals.

    `target` is where dbt left its manifest, `extracts` what was landed. Raises `FileNotFoundError`
    where the manifest or a database is not there, `LandingError` where the extracts cannot be read.
    """
    manifest = Manifest(target)
    day = as_of.astimezone(UTC).date()
    with databases.connect(folder) as connection:
        # staging is views of the landed files
        landing.create_views(connection, landing.read_landing(extracts))
        request_log.create_tables(connection, request_log.read(folder))
        report: dict[str, Any] = {
            "risks": _risks_of_tables(connection, manifest),
            "intruder": intruder.attack(connection, manifest, day),
            "contents": contents.attack(connection, manifest, day),
            "guessing": {"all pseudonyms": guessing.attack(connection, manifest)},
        }
    return {
        attack: {
            place: {measure: round(number, 4) for measure, number in figures.items()}
            for place, figures in places.items()
        }
        for attack, places in report.items()
    }


def _risks_of_tables(connection: duckdb.DuckDBPyConnection, manifest: Manifest) -> dict[str, Risks]:
    """The risks of each research table that has quasi-identifiers."""
    ((min_class_size,),) = connection.execute(
        f"select min_class_size from {manifest.named('disclosure_control', 'seed').relation}"
    ).fetchall()
    quasi_identifiers = {
        node: [column for column, kind in node.classes().items() if kind == "quasi"]
        for node in manifest.research_tables()
    }
    return {
        f"{node.schema}.{node.alias}": risks(connection, node.relation, columns, min_class_size)
        for node, columns in quasi_identifiers.items()
        if columns
    }


def shown(report: Report) -> str:
    """The report as aligned text: numbers alone, nothing of any one person."""
    return "".join(
        f"\n{TITLES[attack]}\n{aligned(_header(places), _lines(places))}\n"
        for attack, places in report.items()
    )


def _header(places: Mapping[str, Mapping[str, float]]) -> tuple[str, ...]:
    measures = next(iter(places.values()), {})
    return ("", *(measure.replace("_", " ") for measure in measures))


def _lines(places: Mapping[str, Mapping[str, float]]) -> list[tuple]:
    return [(place, *figures.values()) for place, figures in places.items()]


def changes(report: Report, baseline: Report) -> list[Change]:
    """Every number that is in one of the two alone, or differs between them."""
    now, was = _flat(report), _flat(baseline)
    return [
        Change(*key, was.get(key), now.get(key))
        for key in {**was, **now}
        if was.get(key) != now.get(key)
    ]


def accepted(report: Report, baseline: Report) -> Report:
    """The baseline with every number of the report that is new or better, and no other."""
    better = {
        change[:3]: change.now
        for change in changes(report, baseline)
        if change.now is not None and change.is_better
    }
    merged: Report = {}
    for (attack, place, measure), number in {**_flat(baseline), **better}.items():
        merged.setdefault(attack, {}).setdefault(place, {})[measure] = number
    return merged


def read_baseline() -> Report:
    """The numbers kept, or none at all where there is no file of them."""
    if not BASELINE.exists():
        return {}
    return yaml.safe_load(BASELINE.read_text(encoding="utf-8"))


def compare(report: Report, accept: bool) -> int:
    """Print what differs from the baseline, and write what is new or better if asked to.

    Returns 1 where a number is worse, or is new and was not accepted.
    """
    baseline = read_baseline()
    differing = changes(report, baseline)
    worse = [change for change in differing if not change.is_better]
    better = [change for change in differing if change.is_better]
    if worse:
        rows = [
            (change.attack, change.place, change.measure.replace("_", " "), change.was, change.now)
            for change in worse
        ]
        print(f"Worse than the baseline\n{aligned(('attack', 'on', 'number', 'was', 'is'), rows)}")
    if accept:
        text = yaml.safe_dump(accepted(report, baseline), sort_keys=False)
        BASELINE.write_text(f"{HEADING}{text}", encoding="utf-8")
        print(f"{len(better)} number(s) written to {BASELINE.name}.")
        return int(bool(worse))
    if better:
        print(f"{len(better)} number(s) new or better: `studylink attack --accept` keeps them.")
    return int(bool(worse) or any(change.was is None for change in better))


def _flat(report: Report) -> dict[tuple[str, str, str], float]:
    return {
        (attack, place, measure): number
        for attack, places in report.items()
        for place, figures in places.items()
        for measure, number in figures.items()
    }
