"""Scores: how probable it is that a pupil in the pupil register is a given child."""

import json
from collections.abc import Mapping
from importlib import resources

import pyarrow

from studylink.matching.model import Comparison, Declared, declared
from studylink.matching.pairs import Pairs, Rows

# Below this nobody would look at a pair
WORTH_LOOKING_AT = 0.01
# A pair of fewer bits is as good as impossible, and takes nothing from those it competes with
LEAST_WEIGHT = -20
# and one of more is as good as certain: odds that large can still be added up exactly
MOST_WEIGHT = 80


def score(
    children: Rows, pupils: Rows, parameters: Mapping | None = None, relatives: bool = True
) -> pyarrow.Table:
    """Score every pair of a child and a pupil that is worth looking at.

    `children` and `pupils` are read once each: anything DuckDB can scan (an arrow table, a record
    batch reader) with `study` and `child_id`, or `pupil_id`, and `first_name, last_name,
    date_of_birth, address_line_1, town, postcode` as they were landed, null where unknown. All the
    children of a study come together, because they compete; several studies may come at once.
    `parameters` are a splink settings dictionary, by default the one that is shipped. `relatives`
    says whether children may have twins and siblings, for whom they must not be taken: without
    them no clerk is asked.

    One row per pair, ordered by study, child and pupil:

    - `study`, `child_id`, `pupil_id`: text;
    - `match_weight`: bits, log2 of the odds that the two are one person, for and by themselves;
    - `own_probability`: the same as a probability;
    - `match_probability`: the same once all pairs of the study that share the child or the pupil
      compete, of which one at most is right: its odds over one plus the odds of them all;
      A pair that agrees in everything gives way to no other that does not;
    - `needs_clerk`: what differs may be what distinguishes a twin or sibling, or too little is
      known (comparisons.yml);
    - `things_differing`: of first name, last name, date of birth and home, how many do not agree in
      full, from 0 to 4;
    - `differences`: what does not agree, in words and without values; null if everything agrees.

    The same rows in give the same table. Nothing is written to disk, printed or logged.

    Raises ValueError where a column is missing, or the parameters belong to other comparisons.
    """
    model = declared()
    weights = model.weights_from(parameters or shipped_parameters())
    pairs = Pairs(children, pupils, model)
    with pairs.connection:
        pairs.block()
        pairs.prepare_paired()
        pairs.score(weights, LEAST_WEIGHT)
        return pairs.connection.execute(
            f"""
            with
            weighed as materialized ({_weighed(model, relatives)}),
            competing as (
                from ({competition("weighed", "match_weight")})
                where round(probability, 9) >= {WORTH_LOOKING_AT}
            ),
            rivals as ({_rivals(model, "competing", "weighed")}),
            rivalled as (
                select
                    competing.*,
                    coalesce(rivals.is_kin, false) as has_rival,
                    coalesce(rivals.is_so_named, false) as has_rival_so_named,
                    coalesce(rivals.may_be_so_named, false) as has_rival_so_named_perhaps,
                    coalesce(rivals.has_one_nearly_alike, false) as has_one_nearly_alike
                from competing
                left join rivals
                    on rivals.child = competing.child and rivals.pupil = competing.pupil
            ),
            shown as (
                select
                    study,
                    child_id,
                    pupil_id,
                    round(match_weight, 6) as match_weight,
                    round(odds / (1 + odds), 9) as own_probability,
                    round(probability, 9) as match_probability,
                    {_needs_clerk(model) if relatives else "false"} as needs_clerk,
                    {_things_differing(model)} as things_differing,
                    {_differences(model)} as differences
                from rivalled
            )
            from shown
            order by study, child_id, pupil_id
            """
        ).to_arrow_table()


def shipped_parameters() -> dict:
    """The splink settings in parameters.json, trained by `studylink train-matching`."""
    text = resources.files(__package__).joinpath("parameters.json").read_text(encoding="utf-8")
    return json.loads(text)["settings"]


def competition(table: str, weight: str) -> str:
    """SQL: the rows of `table` with `odds` and `probability`.

    `table` has study, child_id, pupil_id, is_copy, is_named_at_home and is_of_another_name;
    `weight` is an expression in bits. At most one of the pairs that share a child or a pupil is
    right, or none: a pair's probability is its odds over one plus the odds of them all, so that
    twice the same pupil is half as probable each. Beside a pair that agrees in everything no other
    competes, and beside one that agrees in names and home, or in names and date of birth while the
    home is written otherwise, none of another first name: that is somebody else of the household.
    """

    def beside(flag: str) -> str:
        return " or ".join(
            f"max({flag}) over (partition by study, {one})" for one in ("child_id", "pupil_id")
        )

    return f"""
        with
        weighted as (
            -- as decimals, whose sums are exact and so the same in whatever order they are added
            select *, pow(2, least({weight}, {MOST_WEIGHT}))::decimal(38, 9) as odds from {table}
        ),
        ranked as (
            select
                *,
                if(
                    (not is_copy and ({beside("is_copy")}))
                    or (is_of_another_name and ({beside("is_named_at_home")})),
                    0,
                    odds
                ) as competing_odds
            from weighted
        )
        select
            * exclude (competing_odds),
            competing_odds / (
                1
                + sum(competing_odds) over (partition by study, child_id)
                + sum(competing_odds) over (partition by study, pupil_id)
                - competing_odds
            ) as probability
        from ranked
    """


def _weighed(model: Declared, relatives: bool) -> str:
    return f"""
        select * replace (
            if(is_copy, greatest(match_weight, {model.copy_weight}), match_weight) as match_weight
        )
        from scored
        where {f"not ({model.nobodys})" if relatives else "true"}
    """


def _rivals(model: Declared, pairs: str, everyone: str) -> str:
    """SQL: `child` and `pupil` of those of `pairs` that `everyone` has somebody else for.

    `is_kin`: there is a rival, who may be a twin or a sibling (comparisons.yml); `is_so_named`: a
    rival has the first name in full; `may_be_so_named`: a rival's may be the same.
    `has_one_nearly_alike`: somebody has the last name, a first name that may be the same, and a
    date of birth that is near or missing.
    """
    born = model.comparison("date_of_birth")
    first = model.comparison("first_name")
    near, at_home, so_called = (
        model.comparison(name).stands(lambda level: level.kin)
        for name in ("date_of_birth", "home", "last_name")
    )
    undated = born.stands(lambda level: level.is_missing)

    def beside(one: str, other: str) -> str:
        return f"""
            select
                pair.child,
                pair.pupil,
                relatives.is_kin,
                relatives.is_kin and relatives.is_so_named as is_so_named,
                relatives.is_kin and relatives.may_be_so_named as may_be_so_named,
                relatives.is_nearly_alike
            from {pairs} as pair
            join relatives
                on relatives.study is not distinct from pair.study
                and relatives.{one}_id = pair.{one}_id
                and (relatives.child <> pair.child or relatives.pupil <> pair.pupil)
            join {other}_rows as own on own.rowid = pair.{other}
            join {other}_rows as others on others.rowid = relatives.{other}
            where
                relatives.is_at_home
                or relatives.may_be_so_named
                or not coalesce(own.postcode <> others.postcode and own.line <> others.line, false)
        """

    return f"""
        with
        relatives as materialized (
            select
                study,
                child_id,
                pupil_id,
                child,
                pupil,
                {at_home} as is_at_home,
                {first.stands(lambda level: level.in_full)} as is_so_named,
                not {first.stands(lambda level: level.disagrees)} as may_be_so_named,
                ({born.agrees} and ({at_home} or {so_called}))
                or ({near} and {at_home} and {so_called}) as is_kin,
                ({near} or {undated}) and {so_called} and may_be_so_named as is_nearly_alike
            from {everyone}
            where is_kin or is_nearly_alike
        )
        select
            child,
            pupil,
            bool_or(is_kin) as is_kin,
            bool_or(is_so_named) as is_so_named,
            bool_or(may_be_so_named) as may_be_so_named,
            bool_or(is_nearly_alike) as has_one_nearly_alike
        from (
            {beside("child", "pupil")}
            union all
            {beside("pupil", "child")}
        )
        group by child, pupil
    """


def _needs_clerk(model: Declared) -> str:
    first, last = model.comparison("first_name"), model.comparison("last_name")
    so_named = first.stands(lambda level: level.in_full)
    swapped = (one.stands(lambda level: level.swapped) for one in (first, last))
    born = model.comparison("date_of_birth")
    a_siblings = (
        f"({born.stands(lambda level: level.relative)} or ("
        f"{born.stands(lambda level: level.seldom_relative)}"
        f" and not {first.stands(lambda level: level.no_siblings)}))"
    )
    doubts = {
        one.name: one.stands(lambda level: level.is_missing or level.disagrees)
        for one in model.comparisons
    }
    unsure = " + ".join(f"({doubt})::integer" for doubt in doubts.values())
    a_namesakes = born.stands(lambda level: level.namesake)
    return " or ".join(
        [
            *(f"({one.stands(lambda level: level.asks_clerk)})" for one in model.comparisons),
            f"(not {so_named} and (has_rival or {a_siblings}))",
            f"({so_named} and has_rival_so_named and not is_copy)",
            f"({' <> '.join(f'({one})' for one in swapped)})",
            f"({doubts['home']} and {a_namesakes})",
            f"({doubts['home']} and has_rival_so_named_perhaps and not is_copy)",
            f"({doubts['home']} and not {so_named} and has_one_nearly_alike)",
            f"{unsure} > 1",
        ]
    )


def _things_differing(model: Declared) -> str:
    return " + ".join(f"(not {one.agrees})::integer" for one in model.comparisons)


def _differences(model: Declared) -> str:
    def said(comparison: Comparison) -> str:
        cases = " ".join(
            f"when {level.number} then '{level.difference}'"
            for level in comparison.levels
            if level.difference
        )
        return f"case gamma_{comparison.name} {cases} end"

    differences = ", ".join(map(said, model.comparisons))
    # what is missing on both sides does not differ
    return f"if(is_copy, null, nullif(concat_ws('; ', {differences}), ''))"
