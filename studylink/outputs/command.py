"""`studylink check-output`: whether a researcher's table may leave the secure place.

Beside the table it writes what may leave, `<name>.checked.csv`, and why, `<name>.verdicts.csv`.
With `--register` both go into `outputs` under `STUDY_DATA` as well, with a line in its register, so
that later tables are compared with what has left.
"""

import argparse
import csv
import io
import os
import shutil
import sys
from collections import Counter, defaultdict
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import astuple, fields
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

import duckdb

from studylink import databases, published
from studylink.outputs import audit
from studylink.outputs.audit import Mean, NotReadable, Share, Table, Verdict
from studylink.register import Register, RegisterError
from studylink.summary import aligned

COLUMNS = (
    *("output_id", "project_id", "checked_at", "groups", "counts"),
    *("file_sha256", "checked_sha256"),
)
"""The register of outputs; `groups` and `counts` are columns, separated by semicolons."""
CHECKED, VERDICTS = "checked.csv", "verdicts.csv"


def add_command(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register `studylink check-output`."""
    parser = subparsers.add_parser("check-output", help="may a researcher's table leave?")
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE", help="a table as CSV")
    parser.add_argument(
        "--count",
        action="append",
        default=[],
        metavar="COLUMN",
        help="a column of counts of people",
    )
    parser.add_argument(
        "--share",
        action="append",
        default=[],
        metavar="COLUMN=PART/WHOLE",
        help="a column of per cents, and the columns of counts that it is computed from",
    )
    parser.add_argument(
        "--mean",
        action="append",
        default=[],
        metavar="COLUMN=COUNT[/LARGEST]",
        help="a column of means, its column of counts, and that of the largest value in it",
    )
    parser.add_argument(
        "--group",
        action="append",
        default=[],
        metavar="COLUMN",
        help="a column that groups people and has numbers in it, as a year or Key Stage 2",
    )
    parser.add_argument("--register", metavar="PROJECT", help="it leaves, for this project")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Check every file; 1 where a person has to look at one, or it cannot be checked."""
    os.umask(0o077)
    try:
        limits = _limits()
        register = Register(databases.data_folder() / "outputs" / "register.csv", COLUMNS)
        tables = [(file, _read(file, arguments)) for file in arguments.files]
        # what is registered leaves knowing of all that left before
        with register.locked() if arguments.register else nullcontext():
            reviews = [
                _check(file, table, limits, register, arguments.register) for file, table in tables
            ]
    except (NotReadable, RegisterError, OSError) as error:
        print(f"Not checked: {error}", file=sys.stderr)
        return 1
    return int(any(reviews))


def _check(
    file: Path, table: Table, limits: audit.Limits, register: Register, project: str | None
) -> bool:
    """Check one table, and write what may leave and why; whether a person has to look at it."""
    found = list(audit.verdicts(table, limits, _released(register)))
    checked = _written(table.shown(), _shown(table, found))
    names = [one.name for one in fields(Verdict)]
    why = _written(names, [dict(zip(names, map(str, astuple(one)), strict=True)) for one in found])
    file.with_suffix(f".{CHECKED}").write_bytes(checked)
    file.with_suffix(f".{VERDICTS}").write_bytes(why)
    counted = Counter((one.column, one.verdict, one.why) for one in found)
    print(f"{file}: what becomes of its {len(found):,} figures")
    rows = [(count, *key) for key, count in sorted(counted.items())]
    print(aligned(("figures", "of", "verdict", "why"), rows))
    must_review = any(one.verdict == audit.REVIEW for one in found)
    if project and must_review:
        raise NotReadable(f"{file} is not registered: a person has to look at some of its figures")
    if project:
        print(f"Registered: {_register(register, file, table, checked, why, project)}")
    return must_review


def _register(
    register: Register, file: Path, table: Table, checked: bytes, why: bytes, project: str
) -> str:
    """Keep what leaves, and put it in the register, which is locked; returns its id."""
    if not project.isprintable():
        raise NotReadable("the project's id is not one line of text")
    output_id = f"O{len(register.read()) + 1:05d}"
    folder = register.file.parent / output_id
    if folder.exists():
        raise RegisterError(
            f"{folder} is there and has no line in {register.file}: a run was broken off, or the "
            "register was cut. If its last line is that of the output before, remove the folder"
        )
    folder.mkdir(mode=0o700)
    try:
        for name, content in ((CHECKED, checked), (VERDICTS, why)):
            (folder / name).write_bytes(content)
            databases.sync(folder / name)
        databases.sync(folder)
        register.append_locked(
            [
                {
                    "output_id": output_id,
                    "project_id": project,
                    "checked_at": published.written(published.now()),
                    "groups": ";".join(table.groups()),
                    "counts": ";".join(table.counts),
                    "file_sha256": sha256(file.read_bytes()).hexdigest(),
                    "checked_sha256": sha256(checked).hexdigest(),
                }
            ]
        )
    except BaseException:
        shutil.rmtree(folder)
        raise
    return output_id


def _released(register: Register) -> audit.Released:
    """Every count of the outputs that have left; raises `RegisterError` where one was changed."""
    released: dict[tuple[audit.Labels, str], list[tuple[str, str]]] = defaultdict(list)
    for row in register.read():
        file = register.file.parent / row["output_id"] / CHECKED
        content = file.read_bytes() if file.exists() else b""
        if sha256(content).hexdigest() != row["checked_sha256"]:
            raise RegisterError(f"{file} is not what was registered: put it back from a backup")
        _, rows = _parsed(file, content)
        groups, counts = (
            row[what].split(";") if row[what] else [] for what in ("groups", "counts")
        )
        for one in rows:
            for name in counts:
                key = audit.labels(one, groups), name
                released[key].append((row["output_id"], one[name]))
    return released


def _limits() -> audit.Limits:
    try:
        with databases.connect_to(databases.data_folder(), "study") as connection:
            ((at_least, most),) = connection.execute(
                "select round_counts_to, max_share_of_one from study.policy.disclosure_control"
            ).fetchall()
    except (FileNotFoundError, duckdb.Error):
        raise NotReadable("nothing that can be read is published: run `dbt build`") from None
    return audit.Limits(int(at_least), Decimal(str(most)))


def _read(file: Path, given: argparse.Namespace) -> Table:
    """The table in a file; raises `NotReadable` where it is none, or a column is not explained."""
    columns, rows = _parsed(file, file.read_bytes())
    shares = {name: Share(*_two(of, "/")) for name, of in (_two(one, "=") for one in given.share)}
    means = {
        name: Mean(*(of.split("/", 1) if "/" in of else (of, None)))
        for name, of in (_two(one, "=") for one in given.mean)
    }
    named = [
        *given.group,
        *given.count,
        *(name for one, of in shares.items() for name in (one, of.part, of.whole)),
        *(name for one, of in means.items() for name in (one, of.count, of.largest) if name),
    ]
    counts = list(
        dict.fromkeys(
            [
                *given.count,
                *(name for of in shares.values() for name in (of.part, of.whole)),
                *(of.count for of in means.values()),
            ]
        )
    )
    if missing := sorted(set(named) - set(columns)):
        raise NotReadable(f"{file} has no column {', '.join(missing)}")
    if any(map(audit.PSEUDONYM.search, columns)):
        raise NotReadable(f"{file}: the name of a column looks like the id of one person")
    if unexplained := audit.undeclared(columns, rows, set(named)):
        raise NotReadable(
            f"{file}: what is {', '.join(unexplained)}? Say it with --count, --share, --mean, or "
            "--group where its numbers group people, as years do"
        )
    if not counts:
        raise NotReadable(f"{file} has no column of counts: how many people is each figure of?")
    return Table(columns, rows, counts, shares, means)


def _two(text: str, between: str) -> tuple[str, str]:
    first, found, second = text.partition(between)
    if not found or not first or not second:
        raise NotReadable(
            f"--share is COLUMN=PART/WHOLE and --mean COLUMN=COUNT[/LARGEST], not {text}"
        )
    return first, second


def _parsed(file: Path, content: bytes) -> tuple[list[str], list[dict[str, str]]]:
    try:
        lines = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error):
        raise NotReadable(f"{file} is not CSV in UTF-8") from None
    lines = [line for line in lines if line]
    if not lines or len(set(lines[0])) != len(lines[0]):
        raise NotReadable(f"{file} needs a header in which every column has another name")
    if any(";" in name or not name.isprintable() for name in lines[0]):
        raise NotReadable(f"{file}: the name of a column has a semicolon or a line break in it")
    for number, line in enumerate(lines[1:], start=1):
        if len(line) != len(lines[0]):
            raise NotReadable(f"{file}, row {number}: not as many values as the header has columns")
    return lines[0], [dict(zip(lines[0], line, strict=True)) for line in lines[1:]]


def _shown(table: Table, found: Sequence[Verdict]) -> list[dict[str, str]]:
    rows = [dict(row) for row in table.rows]
    for one in found:
        rows[one.row_number - 1][one.column] = one.shown
    return rows


def _written(columns: Sequence[str], rows: Sequence[dict[str, str]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, extrasaction="ignore", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()
