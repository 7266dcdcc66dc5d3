"""Every mutant of every model, set against every test: which would the project's tests notice?

A small world is built once by dbt, tests and all. Then each mutant is put in its model's place in
memory: the model and what stands on it are made again, and whatever reads a table that came out
different is asked whether it is red: the model's unit tests, the data tests, the oracle, a reading
of the rules that shares no code with the models, and the lineage proof. None of them knows what the
unmutated project gave.

`make mutants` runs all mutants and prints the table.
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from random import Random

import duckdb
import sqlglot
import yaml

from studylink import databases, landing, registers
from studylink.lineage import Lineage
from studylink.manifest import Manifest, Node
from studylink.requests import request_log
from tests.python.lib.cases import AS_OF
from tests.python.lib.findings import EXPECTED, Rows, found_alike
from tests.python.lib.oracle import Verdict, as_instant, judge
from tests.python.lib.project import ROOT, plain
from tests.python.lib.request_logs import requests_drawn
from tests.python.lib.rules_world import build_world
from tests.python.lib.worlds import read
from tests.python.privacy.mutants import SANITISERS, Mutant, mutants_of

LAYERS = ("vault", "intermediate", "marts")
SECONDS = 20
"""A statement that runs longer than this has gone wrong: its mutant is noticed by anybody."""
EXPLAINED = Path(__file__).with_name("equivalent_mutants.yml")


# --------------------------------------------------------------------------------------------------
# Mutants among tests
# --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Check:
    """A test of the built tables: of which models, and whether it is red."""

    kind: str
    name: str
    reads: frozenset[str]
    is_red: Callable[[Rows], bool]
    seconds: float


@dataclass(frozen=True)
class Outcome:
    """What came of a mutant: `killed` by a kind of test, `survived`, or `invalid` SQL."""

    model: str
    operator: str
    change: str
    fate: str
    by: str = ""


class Unending(Exception):
    """A statement was stopped: it took too long, or all memory."""


class Laboratory:
    """A built world in memory, in which a model may be replaced and what follows be looked at."""

    def __init__(self, folder: Path):
        """Load what `build_world` left in `folder`; raises `AssertionError` where a test is red."""
        self.manifest = Manifest(folder / "data" / "target")
        self.nodes = {node.relation: node for node in self.manifest.of_kind("model", "seed")}
        self.extracts = folder / "extracts"
        self.target = folder / "data" / "target"
        self.connection = databases.connect(folder / "data")
        self.connection.execute(
            "set threads = 1; set memory_limit = '3GB'; set temp_directory = ''"
        )
        databases.set_pseudonym_key(self.connection)
        landing.create_views(self.connection, landing.read_landing(self.extracts))
        self.request_log = request_log.read(folder / "data")
        registers.create_tables(self.connection, folder / "data")
        self.replaced: dict[str, str] = {}
        self.read: set[str] = set()
        self.connection.execute("create schema base")
        for node in self.nodes.values():
            self.connection.execute(
                f'create table base."{node.name}" as select * from {node.relation}'
            )
        self.signatures = {node.name: self.signature(node) for node in self.nodes.values()}
        checks = [*self._data_tests(), *self._by_the_oracle()]
        self.checks = sorted(checks, key=lambda check: check.seconds)

    # -- Reading -----------------------------------------------------------------------------------

    def resolved(self, sql: str) -> str:
        """A query with every model's relation named as it is in memory now."""

        def name(found: re.Match) -> str:
            node = self.nodes.get('"{}"."{}"."{}"'.format(*found.groups()))
            if node is None:
                return found[0]
            self.read.add(node.name)
            return self.replaced.get(node.name, f'base."{node.name}"')

        return re.sub(r'"?\b(vault|study|research|transient)"?\."?(\w+)"?\."?(\w+)"?', name, sql)

    def rows(self, query: str) -> list[tuple]:
        """The plain rows of a query over the three databases."""
        return [tuple(map(plain, row)) for row in self._execute(self.resolved(query)).fetchall()]

    def signature(self, node: Node) -> tuple:
        """Columns, number and content of a model's rows, in any order."""
        return signature(self.connection, self.resolved(f"select * from {node.relation}"))

    def _execute(self, sql: str) -> duckdb.DuckDBPyConnection:
        timer = threading.Timer(SECONDS, self.connection.interrupt)
        timer.start()
        try:
            return self.connection.execute(sql)
        except (duckdb.InterruptException, duckdb.OutOfMemoryException):
            raise Unending from None
        finally:
            timer.cancel()

    @contextmanager
    def _replacing(self) -> Iterator[None]:
        """Afterwards every model is itself again."""
        self.connection.execute("create schema mutated")
        try:
            yield
        finally:
            self.replaced = {}
            self.connection.execute("drop schema mutated cascade")

    def _make(self, node: Node, sql: str) -> bool:
        """Make a model again; whether it came out different."""
        self._execute(f'create table mutated."{node.name}" as {self.resolved(sql)}')
        self.replaced[node.name] = f'mutated."{node.name}"'
        return self.signature(node) != self.signatures[node.name]

    # -- Tests -------------------------------------------------------------------------------------

    def _check(self, kind: str, name: str, is_red: Callable[[Rows], bool]) -> Check:
        """A check that has been run once, to learn what it reads."""
        self.read, began = set(), time.monotonic()
        assert not is_red(self.rows), f"red before anything was changed: {name}"
        return Check(kind, name, frozenset(self.read), is_red, time.monotonic() - began)

    def _data_tests(self) -> Iterator[Check]:
        for node in self.manifest.of_kind("test"):
            query = f"select 1 from ({node.sql}\n) limit 1"
            yield self._check("data test", node.name, lambda rows, query=query: bool(rows(query)))

    def _by_the_oracle(self) -> Iterator[Check]:
        landed = read(self.extracts)
        verdict = judge(
            landed,
            as_instant(AS_OF),
            found_alike=found_alike(self.rows),
            requested=requests_drawn(landed),
        )
        for name, finding in EXPECTED.items():
            yield self._check(
                "oracle", name, lambda rows, finding=finding: _differs(rows, verdict, *finding)
            )

    @cached_property
    def unit_tests(self) -> dict[str, list[UnitTest]]:
        """Every unit test, by the model it tests; its rows are laid as tables."""
        found: dict[str, list[UnitTest]] = {}
        self.connection.execute("create schema fixtures")
        for unit in self.manifest.unit_tests:
            (file,) = self.target.glob(f"run/**/*.yml/**/{unit['name']}.sql")
            tree = sqlglot.parse_one(file.read_text(encoding="utf-8"), dialect="duckdb")
            # dbt calls what is given by the name of its table, not that of its model
            parents = (self.manifest.nodes[id] for id in self.manifest.named(unit["model"]).parents)
            names = {parent.alias: parent.name for parent in parents}
            given, columns = {}, []
            for cte in tree.find_all(sqlglot.exp.CTE):
                table = f'fixtures."{unit["name"]}/{cte.alias}"'
                if cte.alias.startswith("__dbt__cte__"):
                    given[names[cte.alias.removeprefix("__dbt__cte__")]] = table
                elif cte.alias == "dbt_internal_unit_test_expected":
                    columns = [c for c in cte.this.named_selects if c != "actual_or_expected"]
                    expected = table
                else:
                    continue
                self.connection.execute(f"create table {table} as {cte.this.sql('duckdb')}")
            test = UnitTest(unit["name"], given, expected, ", ".join(f'"{c}"' for c in columns))
            found.setdefault(unit["model"], []).append(test)
        return found

    def _fails_its_unit_tests(self, node: Node, sql: str) -> bool:
        for test in self.unit_tests.get(node.name, []):
            replaced, self.replaced = self.replaced, test.given
            actual = f"select {test.columns} from ({self.resolved(sql)}\n)"
            expected = f"select {test.columns} from {test.expected}"
            self.replaced = replaced
            try:
                if self._execute(
                    f"(({actual}) except all ({expected})) union all "
                    f"(({expected}) except all ({actual})) limit 1"
                ).fetchall():
                    return True
            except (duckdb.Error, Unending):
                return True
        return False

    # -- Mutants -----------------------------------------------------------------------------------

    def judge(self, model: str, mutant: Mutant) -> Outcome:
        """Put a mutant in its model's place, and see whether any test notices."""
        fate, by = self._judge(self.manifest.named(model), mutant)
        return Outcome(model, mutant.operator, mutant.change, fate, by)

    @cached_property
    def lineage(self) -> Lineage:
        """The lineage proof of the project; it is slow, so it is run only for sanitisers."""
        lineage = Lineage(self.manifest)
        assert not lineage.violations()
        return lineage

    def _judge(self, node: Node, mutant: Mutant) -> tuple[str, str]:
        sql = mutant.sql
        with self._replacing():
            try:
                is_other = self._make(node, sql)
            except Unending:
                return "killed", "never ends"
            except duckdb.Error:
                return "invalid", ""
            if self._breaks_its_contract(node):
                return "killed", "contract"
            if self._fails_its_unit_tests(node, sql):
                return "killed", "unit test"
            if is_other and (by := self._noticed_downstream(node)):
                return "killed", by
        if mutant.operator in SANITISERS and self.lineage.with_sql({node.id: sql}).violations():
            return "killed", "lineage"
        return "survived", ""

    def _breaks_its_contract(self, node: Node) -> bool:
        if not node.config.get("contract", {}).get("enforced"):
            return False
        return self.signature(node)[0] != self.signatures[node.name][0]

    def _noticed_downstream(self, node: Node) -> str:
        """The kind of test that is red once everything on `node` has been made again, or none."""
        # a model in Python stays as it was built: what goes through it alone, unit tests must see
        descendants = [one for one in self.manifest.descendants(node) if not one.is_python]
        waiting = {descendant.name for descendant in descendants}
        changed = {node.name}
        done: set[str] = set()
        for descendant in (None, *descendants):
            if descendant is not None:
                waiting.discard(descendant.name)
                if not changed.isdisjoint(self._parents(descendant)):
                    try:
                        if self._make(descendant, descendant.sql):
                            changed.add(descendant.name)
                    except Unending:
                        return "never ends"
                    except duckdb.Error:
                        return "build"
            for check in self.checks:
                if check.name in done or not waiting.isdisjoint(check.reads):
                    continue
                done.add(check.name)
                if not changed.isdisjoint(check.reads) and self._is_red(check):
                    return check.kind
        return ""

    def _parents(self, node: Node) -> set[str]:
        return {self.manifest.nodes[id].name for id in node.parents if id in self.manifest.nodes}

    def _is_red(self, check: Check) -> bool:
        try:
            return check.is_red(self.rows)
        except (duckdb.Error, Unending):
            return True


@dataclass(frozen=True)
class UnitTest:
    """A unit test's tables: what is given, by the model it replaces, and what is expected."""

    name: str
    given: dict[str, str]
    expected: str
    columns: str


def signature(connection: duckdb.DuckDBPyConnection, query: str) -> tuple:
    """The columns of a query, how many rows it gives, and their content in any order."""
    columns = [
        (name, kind) for name, kind, *_ in connection.execute(f"describe {query}").fetchall()
    ]
    content = f"select count(*), sum(hash(rows)) from ({query}) as rows"
    return columns, connection.execute(content).fetchone()


def _differs(rows: Rows, verdict: Verdict, expected: Callable, found: Callable) -> bool:
    try:
        return found(rows) != expected(verdict)
    except AssertionError:
        return True


# --------------------------------------------------------------------------------------------------
# All of them
# --------------------------------------------------------------------------------------------------


def every_mutant(manifest: Manifest) -> list[tuple[str, Mutant]]:
    """Every mutant of every model of the layers that decide anything, by the model's name."""
    in_sql = (node for node in manifest.in_layer(*LAYERS) if not node.is_python)
    models = sorted(in_sql, key=lambda node: node.path)
    return [(node.name, mutant) for node in models for mutant in mutants_of(node.sql)]


def sample(mutants: list[tuple[str, Mutant]], seed: int, size: int) -> list[tuple[str, Mutant]]:
    """As many of each model as of any other, while it has them, and of some one more.

    Which of a model does not depend on other models, so a change draws no mutants but its own.
    """
    by_model: dict[str, list[tuple[str, Mutant]]] = {}
    for model, mutant in mutants:
        by_model.setdefault(model, []).append((model, mutant))
    places = {model: Random(f"{seed} {model}") for model in by_model}
    for model, found in by_model.items():
        places[model].shuffle(found)
    # no model is always among the first
    models = sorted(by_model, key=lambda model: places[model].random())
    taken: list[tuple[str, Mutant]] = []
    while len(taken) < size and any(by_model.values()):
        taken += [by_model[model].pop() for model in models if by_model[model]]
    return taken[:size]


_laboratory: Laboratory


def _open(folder: Path) -> None:
    global _laboratory
    _laboratory = Laboratory(folder)


def _judged(one: tuple[str, Mutant]) -> Outcome:
    return _laboratory.judge(*one)


def outcomes(folder: Path, mutants: list[tuple[str, Mutant]]) -> list[Outcome]:
    """What comes of each mutant, in the world built in `folder`, on every processor."""
    with ProcessPoolExecutor(os.cpu_count(), initializer=_open, initargs=(folder,)) as pool:
        return list(pool.map(_judged, mutants, chunksize=4))


@dataclass(frozen=True)
class Explanation:
    """Why some mutants change nothing: by model, operator and change, where `*` is any text."""

    models: str
    operator: str
    change: str
    reason: str

    def covers(self, model: str, mutant: Mutant | Outcome) -> bool:
        """Whether a mutant is among those explained."""
        return (
            self.operator == mutant.operator
            and bool(self._pattern(self.models).fullmatch(model))
            and bool(self._pattern(self.change).fullmatch(mutant.change))
        )

    @staticmethod
    def _pattern(text: str) -> re.Pattern:
        return re.compile(".*".join(map(re.escape, text.split("*"))))


def explanations() -> list[Explanation]:
    """Everything in the file of mutants that no test can notice."""
    content = yaml.safe_load(EXPLAINED.read_text(encoding="utf-8")) or []
    return [
        Explanation(models, operator, change, entry["reason"])
        for entry in content
        for models, operators in entry["mutants"].items()
        for operator, changes in operators.items()
        for change in changes
    ]


def is_explained(one: Outcome) -> bool:
    """Whether somebody has said why a mutant changes nothing."""
    return any(explanation.covers(one.model, one) for explanation in _explanations())


@cache
def _explanations() -> list[Explanation]:
    return explanations()


def unexplained(found: Iterable[Outcome]) -> list[Outcome]:
    """The survivors that nobody has accounted for."""
    return [one for one in found if one.fate == "survived" and not is_explained(one)]


def explained_wrongly(found: Iterable[Outcome]) -> list[str]:
    """What the file says about mutants that do not exist, or that a test does notice."""
    found, wrong = list(found), []
    for explanation in explanations():
        fates = {one.fate for one in found if explanation.covers(one.model, one)}
        if fates != {"survived"}:
            shown = " and ".join(sorted(fates)) or "no mutant"
            wrong.append(
                f"{explanation.models} | {explanation.operator} | {explanation.change}: {shown}"
            )
    return wrong


def table(found: list[Outcome], column: Callable[[Outcome], str]) -> str:
    """Killed, survived, explained and invalid mutants, by model or by operator."""
    counts: dict[str, Counter[str]] = {}
    for one in found:
        fate = one.fate
        if fate == "survived" and is_explained(one):
            fate = "explained"
        for row in (column(one), "all"):
            counts.setdefault(row, Counter())[fate] += 1
    fates = ("killed", "explained", "survived", "invalid")
    lines = [f"{'':48}" + "".join(f"{fate:>11}" for fate in fates)]
    for row in [*(row for row in counts if row != "all"), "all"]:
        lines.append(f"{row:48}" + "".join(f"{counts[row][fate]:>11}" for fate in fates))
    return "\n".join(lines)


def main() -> int:
    """Run every mutant; 1 where one survived that nobody has explained."""
    with tempfile.TemporaryDirectory(dir=ROOT / "target") as made:
        folder = Path(made)
        build_world(folder)
        found = outcomes(folder, every_mutant(Manifest(folder / "data" / "target")))
    print(table(found, lambda one: one.model), end="\n\n")
    print(table(found, lambda one: one.operator), end="\n\n")
    killers = Counter(one.by for one in found if one.fate == "killed")
    print("killed by " + ", ".join(f"{kind}: {count}" for kind, count in killers.most_common()))
    survivors = unexplained(found)
    for one in survivors:
        print(f"survived: {one.model} | {one.operator} | {one.change}")
    wrong = explained_wrongly(found)
    for line in wrong:
        print(f"not to be explained: {line}")
    return 1 if survivors or wrong else 0


if __name__ == "__main__":
    sys.exit(main())
