"""Training: what the weights of the levels are, learnt from data without knowing who is who."""

import argparse
import json
import tempfile
from collections.abc import Mapping
from importlib import metadata
from math import log2
from pathlib import Path

import duckdb
import pyarrow

from studylink import landing
from studylink.matching.model import Comparison, Weights, declared
from studylink.matching.pairs import COLUMNS, Pairs, Rows
from studylink.matching.scoring import competition
from studylink.synth import write_extracts

PARAMETERS = Path(__file__).with_name("parameters.json")
FAMILIES, SEED = 20_000, 20231002

# Pairs of strangers sampled for u
SAMPLED = 2_000_000
# Expectation maximisation ends when no probability moves by more than this, or it never would
SETTLED = 0.000_01
MOST_ROUNDS = 100
# A level that no true pair stood at might have held half a one
UNSEEN = 0.5
# A level that fewer true pairs than this stood at is no evidence for a pair
FEW = 5


def train(children: Rows, pupils: Rows, seed: int, relatives: bool = True) -> dict:
    """Learn m and u from children and a register; the truth is not needed.

    `children`, `pupils` and `relatives` are as `scoring.score` takes them. u, how often strangers
    stand at a level, is splink's random sampling of pairs, less the true ones among them. m, how
    often one and the same person does, is expectation maximisation over the pairs found, in
    which, as in scoring, the pairs of a child or of a pupil compete. Without that a twin or a
    sibling would be learnt as a match that differs in its first name.

    The same rows and seed give the same parameters. Returns a splink settings dictionary.
    """
    model = declared()
    pairs = Pairs(children, pupils, model)
    with pairs.connection:
        pairs.prepare_everyone()
        by_chance = _sampled(pairs, seed)
        pairs.block()
        pairs.prepare_paired()
        start = {
            comparison.name: {
                level.name: (
                    0.9 if place == 0 else 0.1 / (len(comparison.weighed) - 1),
                    by_chance[comparison.name][level.name],
                )
                for place, level in enumerate(comparison.weighed)
            }
            for comparison in model.comparisons
        }
        weights = _maximised(pairs, start, relatives)
    rounded = {
        comparison: {
            level: (float(f"{m:.6g}"), float(f"{u:.6g}")) for level, (m, u) in levels.items()
        }
        for comparison, levels in weights.items()
    }
    return model.settings(pairs.prior, rounded)


def _sampled(pairs: Pairs, seed: int) -> Mapping[str, Mapping[str, float]]:
    linker = pairs.linker("all_children", "all_pupils", None)
    linker.training.estimate_u_using_random_sampling(
        max_pairs=SAMPLED, seed=seed, num_chunks=1, min_count_per_level=None
    )
    trained = linker.misc.save_model_to_json()
    return {
        comparison["output_column_name"]: {
            level["label_for_charts"]: _number(level.get("u_probability"))
            for level in comparison["comparison_levels"]
            if not level.get("is_null_level")
        }
        for comparison in trained["comparisons"]
    }


def _number(probability: float | str | None) -> float:
    """A probability that splink learnt, or its upper bound if splink saw no such pair."""
    if isinstance(probability, float):
        return max(probability, UNSEEN / SAMPLED)
    return UNSEEN / SAMPLED


def _maximised(pairs: Pairs, start: Weights, relatives: bool) -> Weights:
    """M and u after expectation maximisation in competition."""
    model, connection = pairs.declared, pairs.connection
    # how common a value is takes the place of u, here as in scoring: log2(u / commonness), u as it
    # was at the start
    pairs.score(start)
    frequencies = [f"mw_tf_adj_{one.name}" for one, _ in model.frequency_levels.values()]
    connection.execute(
        f"create table patterns as select study, child_id, pupil_id, is_copy, "
        "is_named_at_home, is_of_another_name, "
        f"{' + '.join([*frequencies, 'names_weight'])} as frequency, "
        f"{', '.join(f'gamma_{comparison.name}' for comparison in model.comparisons)} "
        f"from scored where {f'not ({model.nobodys})' if relatives else 'true'}"
    )
    ((everybody,),) = connection.execute(
        "select (select count(*) from child_rows) * (select count(*) from pupil_rows)"
    ).fetchall()
    weights = start
    for _ in range(MOST_ROUNDS):
        _expect(pairs, weights, start)
        improved = {
            comparison.name: _improved(pairs, comparison, start[comparison.name], everybody)
            for comparison in model.comparisons
        }
        moved = max(
            abs(improved[comparison][level][0] - weights[comparison][level][0])
            for comparison in improved
            for level in improved[comparison]
        )
        weights = improved
        if moved < SETTLED:
            break
    return weights


def _expect(pairs: Pairs, weights: Weights, start: Weights) -> None:
    """Make `expected`: every pair with the probability that it is right, after competition."""

    def bits(comparison: Comparison) -> str:
        cases = []
        for level in comparison.weighed:
            m, u = weights[comparison.name][level.name]
            if level == comparison.weighed[0] and level.frequency_of:
                u = start[comparison.name][level.name][1]
            cases.append(f"when {level.number} then {log2(m / u)!r}::double")
        return f"case gamma_{comparison.name} {' '.join(cases)} else 0 end"

    prior = log2(pairs.prior / (1 - pairs.prior))
    weight = " + ".join([f"{prior!r}::double", "frequency", *map(bits, pairs.declared.comparisons)])
    pairs.connection.execute(
        f"create or replace table expected as "
        # decimals add up to the same in any order, floating point numbers do not
        f"select * replace (probability::decimal(18, 12) as probability) "
        f"from ({competition('patterns', weight)})"
    )


def _improved(
    pairs: Pairs, comparison: Comparison, start: Mapping[str, tuple[float, float]], everybody: int
) -> dict[str, tuple[float, float]]:
    """M as the expected pairs have it, and u without them.

    No level is worth more than what was seen of it allows. One that hardly any true pair stood at
    speaks for none; and a slip of a name, or a part of one, for no more than the whole name does.
    """
    seen = dict(
        pairs.connection.execute(
            f"select gamma_{comparison.name}, sum(probability)::double from expected group by all"
        ).fetchall()
    )
    expected = {level.name: seen.get(level.number, 0.0) for level in comparison.weighed}
    total = sum(expected.values()) + UNSEEN * len(expected)
    matches = sum(expected.values()) / everybody
    improved: dict[str, tuple[float, float]] = {}
    for place, level in enumerate(comparison.weighed):
        count = expected[level.name]
        m = (count + UNSEEN) / total
        u = (start[level.name][1] - matches * m) / (1 - matches)
        u = max(u, UNSEEN / SAMPLED, m if count < FEW else 0)
        if place and level.frequency_of:
            whole_m, whole_u = improved[comparison.weighed[0].name]
            u = max(u, m * whole_u / whole_m)
        improved[level.name] = (m, u)
    return improved


def train_on_generated(families: int, seed: int) -> dict:
    """Train on invented families: the splink settings, and how they came about."""
    with tempfile.TemporaryDirectory(prefix="studylink-matching-") as scratch:
        extracts = Path(scratch) / "extracts"
        write_extracts(families, seed, extracts)
        settings = train(*generated(extracts), seed)
    return {
        "trained": {
            "on": "the SEND Futures children and the register of `studylink synth`",
            "families": families,
            "seed": seed,
            "with": {package: metadata.version(package) for package in ("splink", "duckdb")},
            "by": "u: pairs of strangers sampled; m: expectation maximisation in competition",
        },
        "settings": settings,
    }


def generated(extracts: Path) -> tuple[pyarrow.Table, pyarrow.Table]:
    """The SEND Futures children and the whole register of a folder `studylink synth` wrote."""
    with duckdb.connect() as connection:
        landing.create_views(connection, landing.read_landing(extracts))
        children = connection.execute(
            f"""
            select study, participant_id as child_id, {", ".join(COLUMNS)}
            from landing.surveys.participants
            where
                study = 'send_futures' and role = 'child'
                and try_cast(date_of_birth as date) is not null
            order by row_number
            """
        ).to_arrow_table()
        pupils = connection.execute(
            """
            select
                pupil_matching_ref as pupil_id, forename as first_name, surname as last_name,
                try_cast(date_of_birth as date) as date_of_birth, address_line_1, town, postcode
            from landing.dfe.pupils
            order by row_number
            """
        ).to_arrow_table()
    return children, pupils


def add_command(subparsers: argparse._SubParsersAction) -> None:
    """Register `studylink train-matching`."""
    parser = subparsers.add_parser(
        "train-matching", help="learn the parameters of matching again, on invented families"
    )
    parser.add_argument("--families", type=int, default=FAMILIES, help="how many families")
    parser.add_argument("--seed", type=int, default=SEED, help="same seed, same parameters")
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    parameters = train_on_generated(arguments.families, arguments.seed)
    written = PARAMETERS.with_suffix(".unfinished")
    written.write_text(json.dumps(parameters, indent=2) + "\n", encoding="utf-8")
    written.replace(PARAMETERS)
    print(f"wrote {PARAMETERS.name}, trained on {arguments.families:,} families")
    return 0
