"""`studylink bench-matching`: how many children are found, how many wrongly, and how fast.

Four measures: twins, by their names (twins.py); people whom others invented (held_out.py); the
generator's pupil register, where the truth is known and much was written differently; and one as
large as England's. Each runs in a process of its own but the first, with the project's own scoring
and its own thresholds.
"""

import argparse
import csv
import json
import os
import resource
import shutil
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from importlib import resources
from pathlib import Path

import duckdb

from studylink import bench, files, synth
from studylink.bench import held_out, twins
from studylink.contract import PROJECT
from studylink.matching.model import declared
from studylink.matching.pairs import Pairs
from studylink.matching.scoring import score

# More than this is not had by the process that links: it fails rather than crowd out others.
MOST_MEMORY = 8 * 2**30
# What linking at scale may take, and lose: more is a failure of the benchmark.
MOST_SECONDS = 300
MOST_UNMET = 0.005

TABLES = ("children", "pupils", "truth", "near")


def add_command(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register `studylink bench-matching`."""
    parser = subparsers.add_parser(
        "bench-matching", help="how well and how fast children are found in the pupil register"
    )
    parser.add_argument("--families", type=int, default=20_000, help="how many, of the generator")
    parser.add_argument("--children", type=int, default=10_000, help="how many to find at scale")
    parser.add_argument(
        "--pupils", type=int, default=10_000_000, help="how large the pupil register is"
    )
    parser.add_argument("--seed", type=int, default=1, help="same seed, same people")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Measure, print, clean up; 1 where a measure failed."""
    folder = PROJECT / "target" / "bench-matching"
    shutil.rmtree(folder, ignore_errors=True)
    try:
        _measure_twins()
        _measure_held_out(folder / "held-out")
        _measure_generated(folder / "generated", arguments.families, arguments.seed)
        _measure_scale(folder / "scale", arguments.children, arguments.pupils, arguments.seed)
        return 0
    except RuntimeError as failure:
        print(failure, file=sys.stderr)
        return 1
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _measure_twins() -> None:
    found = twins.taken(*thresholds())
    print("Twins: what becomes of a child's own pupil, and of the twin's\n")
    print(f"{twins.table(found)}\n")
    if any(one.is_wrong for one in found):
        raise RuntimeError("a child is taken for a twin, or lost beside one")


def _measure_held_out(folder: Path) -> None:
    _step("link_held_out", folder)
    measured = json.loads((folder / "held_out.json").read_text())
    print("People whom others invented, linked by this project and by splink as it comes\n")
    print(
        f"{'':<26}{'this project':>20}{'':>19}{'splink as it comes':>20}{'where as':>11}\n"
        f"{'':<26}{'precision':>11}{'recall':>9}{'with clerk':>12}{'false':>7}"
        f"{'precision':>11}{'recall':>9}{'precise':>11}"
    )
    for name, (ours, plain) in measured["sets"].items():
        print(
            f"{name:<26}{ours['precision']:>11.5f}{ours['recall']:>9.3f}{ours['with_clerk']:>12.3f}"
            f"{ours['wrong']:>7,}{plain['precision']:>11.5f}{plain['recall']:>9.3f}"
            f"{plain['recall_as_precise']:>11.3f}"
        )
    trained = measured["FEBRL 4, trained on"]
    print(
        "\nFEBRL 4 after training on it, as if nobody had a twin: "
        f"F1 at the best threshold {trained['best_f1']:.5f}, {trained['wrong']:,} false links\n"
    )


def _measure_generated(folder: Path, families: int, seed: int) -> None:
    _step("invent", folder, families, seed)
    _step("link", folder)
    print(f"The generator's pupil register, {families:,} families\n")
    print(f"{quality(folder, *thresholds())}\n")


def _measure_scale(folder: Path, children: int, pupils: int, seed: int) -> None:
    _step("invent_many", folder, children, pupils, seed)
    linking = _step("link", folder)
    _step("block", folder)
    seconds = json.loads((folder / "seconds.json").read_text())
    unmet = json.loads((folder / "unmet.json").read_text())
    print(f"{children:,} children, {pupils:,} pupils, {os.cpu_count()} cores\n")
    share_unmet = unmet["unmet"] / unmet["true"]
    print(
        f"{'seconds':<40}{seconds:>12,.1f}\n"
        f"{'processor seconds':<40}{linking.processor_seconds:>12,.1f}\n"
        f"{'peak memory, MiB':<40}{linking.mebibytes:>12,.0f}\n"
        f"{'true pairs that meet no blocking rule':<40}{unmet['unmet']:>12,}"
        f"  of {unmet['true']:,}, {share_unmet:.2%}\n"
    )
    print(quality(folder, *thresholds()))
    if seconds > MOST_SECONDS:
        raise RuntimeError(f"linking took more than {MOST_SECONDS} seconds")
    # among few, one says nothing
    if unmet["unmet"] > 1 and share_unmet > MOST_UNMET:
        raise RuntimeError(f"more than {MOST_UNMET:.1%} of the true pairs meet no blocking rule")


# What is measured


def link_held_out(folder: Path) -> None:
    """Link every held-out set by this project and by splink as it comes, to `held_out.json`."""
    link_from, review_from = thresholds()
    folder.mkdir(parents=True, exist_ok=True)
    sets = {}
    for name, people in held_out.SETS.items():
        rows = people()
        ours = held_out.ours(rows, link_from, review_from)
        plain = held_out.plain(rows, link_from, ours.precision)
        sets[name] = [asdict(ours), asdict(plain)]
    trained = held_out.trained(held_out.febrl(4), link_from, review_from)
    (folder / "held_out.json").write_text(
        json.dumps({"sets": sets, "FEBRL 4, trained on": asdict(trained)})
    )


def invent(folder: Path, families: int, seed: int) -> None:
    """Write the generator's children, register and truth to Parquet files in `folder`."""
    _write(folder, synth.pupil_register(families, seed))


def invent_many(folder: Path, children: int, pupils: int, seed: int) -> None:
    """Write `children` and a register of `pupils` (or a little more) to Parquet files in `folder`.

    The children, their pupils and those who are like them are the generator's; all others are
    strangers, with names as common as in life.
    """
    # three families in ten are of send_futures
    families = synth.FEWEST + round(children * 3.4)
    made = synth.pupil_register(families, seed, pupils=pupils, postcodes=pupils // 30 + 1)
    _write(folder, made._replace(children=made.children.slice(0, children)))


def link(folder: Path) -> None:
    """Score the children of `folder` against its register as the model of the vault does.

    Writes `scored.parquet`, and to `seconds.json` how long it took to read and score them.
    """
    # DuckDB sees only the machine's memory, and would use most of it
    resource.setrlimit(resource.RLIMIT_DATA, (MOST_MEMORY, MOST_MEMORY))
    with duckdb.connect() as connection:
        began = time.monotonic()
        children = connection.from_parquet(str(folder / "children.parquet"))
        pupils = connection.from_parquet(str(folder / "pupils.parquet"))
        scored = score(children.to_arrow_table(), pupils.to_arrow_reader())
        (folder / "seconds.json").write_text(json.dumps(time.monotonic() - began))
        connection.from_arrow(scored).write_parquet(str(folder / "scored.parquet"))


def block(folder: Path) -> None:
    """Count the true pairs of `folder` that meet no blocking rule, into `unmet.json`."""
    with duckdb.connect() as connection:
        children = connection.from_parquet(str(folder / "children.parquet"))
        pupils = connection.from_parquet(str(folder / "pupils.parquet"))
        blocked = Pairs(children.to_arrow_table(), pupils.to_arrow_reader(), declared())
    with blocked.connection as connection:
        blocked.block()
        ((true, unmet),) = connection.execute(
            """
            with
            met as (
                select child_rows.id as participant_id, pupil_rows.id as pupil_matching_ref
                from pairs
                join child_rows on child_rows.rowid = pairs.child
                join pupil_rows on pupil_rows.rowid = pairs.pupil
            )
            select count(*), count(*) filter (where met.participant_id is null)
            from read_parquet($truth, hive_partitioning = false) as truth
            join child_rows on child_rows.id = truth.participant_id
            left join met using (participant_id, pupil_matching_ref)
            """,
            {"truth": str(folder / "truth.parquet")},
        ).fetchall()
    (folder / "unmet.json").write_text(json.dumps({"true": true, "unmet": unmet}))


def thresholds() -> tuple[float, float]:
    """`link_from` and `review_from` of SEND Futures, as the policy seed has them."""
    with (PROJECT / "seeds" / "pupil_matching.csv").open(encoding="utf-8", newline="") as seed:
        (row,) = (row for row in csv.DictReader(seed) if row["study"] == "send_futures")
    return float(row["link_from"]), float(row["review_from"])


def quality(folder: Path, link_from: float, review_from: float) -> str:
    """What was found of the truth in `folder`, as aligned text.

    Children who were entered twice count for precision alone: that they are not linked is right,
    and so is either pupil.
    """
    with duckdb.connect() as connection:
        connection.execute("set variable link_from = ?::double", [link_from])
        connection.execute("set variable review_from = ?::double", [review_from])
        for table in (*TABLES, "scored"):
            if table != "pupils":
                read = files.parquet(folder / f"{table}.parquet")
                connection.execute(f"create table {table} as from {read}")
        connection.execute(
            resources.files(bench.__name__).joinpath("matching.sql").read_text(encoding="utf-8")
        )
        (overall,) = connection.execute("from overall").fetchall()
        found = connection.execute("from found_by_difference").fetchall()
        by_origin = connection.execute("from found_by_origin").fetchall()
        wrong = connection.execute("from wrong_by_kind").fetchall()
    names = ("precision", "recall", "F1", "F1 at the best threshold")
    lines = [f"{name:<40}{share:>12.5f}" for name, share in zip(names, overall[:4], strict=True)]
    lines.append(f"{'the best threshold':<40}{overall[4]:>12.5f}")
    lines.append(f"{'pairs for a clerk to review':<40}{overall[5]:>12,}")
    lines.append(
        "\nwhat differs                     children   linked   recall  to review  neither"
    )
    lines += [
        f"{what:<30}{children:>11,}{linked:>9,}{linked / children:>9.3f}{review:>11,}{lost:>9,}"
        for what, children, linked, review, lost in found
    ]
    lines.append("\norigin of the name            children  precision   recall  to review    wrong")
    lines += [
        f"{origin:<28}{children:>10,}{precision:>11.4f}{recall:>9.3f}{review:>11,}{wrongly:>9,}"
        for origin, children, precision, recall, wrongly, review in by_origin
    ]
    lines.append("\nlinked to somebody else: " + ("" if wrong else "none"))
    lines += [f"{kind:<30}{pairs:>11,}" for kind, pairs in wrong]
    return "\n".join(lines)


def _write(folder: Path, made: synth.PupilRegister) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as connection:
        for name, table in made._asdict().items():
            connection.from_arrow(table).write_parquet(str(folder / f"{name}.parquet"))


def _step(name: str, folder: Path, *numbers: int) -> bench.Measured:
    """Run one of the functions above in a process of its own."""
    command = [sys.executable, "-m", "studylink.bench.matching", name, str(folder)]
    return bench.timed(name, command + [str(number) for number in numbers], folder, folder / name)


if __name__ == "__main__":
    step, where, *counts = sys.argv[1:]
    steps: dict[str, Callable[..., None]] = {
        "link_held_out": link_held_out,
        "invent": invent,
        "invent_many": invent_many,
        "link": link,
        "block": block,
    }
    steps[step](Path(where), *map(int, counts))
