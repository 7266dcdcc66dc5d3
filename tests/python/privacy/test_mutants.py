"""A mistake in any model is noticed: for every mutant of the SQL some test goes red."""

from __future__ import annotations

from pathlib import Path

import pytest

from studylink.manifest import Manifest
from tests.python.privacy.mutants import Mutant, mutants_of, regenerated
from tests.python.privacy.mutation import (
    LAYERS,
    Laboratory,
    Outcome,
    every_mutant,
    explained_wrongly,
    explanations,
    outcomes,
    sample,
    table,
    unexplained,
)

SEED, SAMPLE = 20231002, 120

# --------------------------------------------------------------------------------------------------
# The operators
# --------------------------------------------------------------------------------------------------

PSEUDONYM = (
    "left(sha256(getvariable('hmac_opad') || unhex(sha256(getvariable('hmac_ipad') || "
    "encode(study || '/' || 'person' || '/' || id)))), 32)"
)


def changes(operator: str, sql: str) -> list[str]:
    return [mutant.change for mutant in mutants_of(sql) if mutant.operator == operator]


@pytest.mark.parametrize(
    ("operator", "sql", "expected"),
    [
        ("drop condition", "select a from t where b", ["WHERE b -> nothing"]),
        (
            "drop condition",
            "select a from t where b and (c or d)",
            [
                "b -> nothing",
                "(c OR d) -> nothing",
                "c -> nothing",
                "d -> nothing",
            ],
        ),
        (
            "drop condition",
            "select a from t inner join u on t.a = u.a and t.b = u.b",
            ["t.a = u.a -> nothing", "t.b = u.b -> nothing"],
        ),
        ("drop condition", "select a from t left join u on t.a = u.a", ["t.a = u.a -> TRUE"]),
        (
            "drop condition",
            "select a from t group by a having count(*) > 1",
            ["HAVING COUNT(*) > 1 -> nothing"],
        ),
        ("negate", "select a from t where not b", ["NOT b -> b"]),
        ("negate", "select a != 'x' as c from t", ["a <> 'x' -> NOT a <> 'x'"]),
        ("negate", "select a is not null as c from t", ["NOT a IS NULL -> a IS NULL"]),
        ("negate", "select t.a from t inner join u on t.a = u.a", []),
        ("negate", "select case a when 1 then 2 end as b from t", []),
        ("and / or", "select a from t where b or c", ["OR c -> AND c"]),
        (
            "and / or",
            "select a from t where b = 1 and c = 2",
            ["AND c = 2 -> OR c = 2"],
        ),
        ("< / <=", "select a from t where a < b", ["a < b -> a <= b"]),
        ("< / <=", "select a from t where a >= b", ["a >= b -> a > b"]),
        (
            "drop case arm",
            "select case when a then 1 when b then 2 else 3 end as c from t",
            ["ELSE 3 -> nothing", "WHEN a THEN 1 -> nothing", "WHEN b THEN 2 -> nothing"],
        ),
        (
            "inner / left join",
            "select t.a from t left join u on t.a = u.a inner join v on t.a = v.a",
            ["LEFT JOIN u -> INNER JOIN u", "INNER JOIN v -> LEFT JOIN v"],
        ),
        (
            "inner / left join",
            "select t.a from t full join u on t.a = u.a",
            ["FULL JOIN u -> LEFT JOIN u", "FULL JOIN u -> INNER JOIN u"],
        ),
        ("drop distinct", "select distinct a from t", ["DISTINCT -> nothing"]),
        ("drop distinct", "select count(distinct a) as a from t", ["DISTINCT a -> a"]),
        ("union / union all", "select 1 as a union select 2", ["UNION -> UNION ALL"]),
        (
            "drop union arm",
            "select a from t union all select b from u",
            ["SELECT b FROM u -> nothing", "SELECT a FROM t -> nothing"],
        ),
        ("min / max", "select min(a) as a from t", ["MIN(a) -> MAX(a)"]),
        (
            "min / max",
            "select bool_or(a) as a from t",
            ["BOOL_OR(CAST(a AS BOOLEAN)) -> BOOL_AND(CAST(a AS BOOLEAN))"],
        ),
        (
            "first / last",
            "select row_number() over (partition by a order by b desc) as n from t order by a",
            ["b DESC -> b ASC"],
        ),
        (
            "drop pseudonym",
            f"select {PSEUDONYM} as r from t",
            [
                "pseudonym of study || '/' || 'person' || '/' || id -> the id itself",
                "pseudonym of study || '/' || 'person' || '/' || id -> no key",
                "pseudonym of study || '/' || 'person' || '/' || id -> the same in every study",
            ],
        ),
        (
            "drop coarsening",
            "select strftime(a, '%Y-%m') as m, date_trunc('month', a) as d, left(b, 3) as c from t",
            [
                "STRFTIME(a, '%Y-%m') -> CAST(a AS TEXT)",
                "DATE_TRUNC('MONTH', a) -> a",
                "LEFT(b, 3) -> b",
            ],
        ),
        (
            "drop coarsening",
            "select case when a < 5 then 'under 5' when a >= 5 then '5 or more' end as b from t",
            ["the band of a -> itself"],
        ),
        (
            "drop coarsening",
            "select cast(extract(year from a) as integer) as y from t",
            ["EXTRACT(YEAR FROM a) -> STRFTIME(a, '%Y%m%d')"],
        ),
        (
            "drop shape",
            "select case when coalesce(regexp_full_match(a, '9'), false) then a end as b from t",
            ["CASE WHEN COALESCE(REGEXP_FULL_MATCH(a, '9'), FALSE) THEN a END -> a"],
        ),
        (
            "label to code",
            "select l.label from t left join lists as l on l.code_list = 'x' and t.c = l.code",
            ["l.label -> t.c"],
        ),
    ],
)
def test_each_operator_makes_its_mistakes_and_no_other(
    operator: str, sql: str, expected: list[str]
) -> None:
    assert sorted(changes(operator, sql)) == sorted(
        f"the last select: {shown}" for shown in expected
    )


def test_a_mutant_is_the_query_with_one_thing_changed() -> None:
    sql = "with a as (select x from t where y), b as (select x from a where z) select * from b"
    mutants = [mutant for mutant in mutants_of(sql) if mutant.operator == "drop condition"]
    assert [(mutant.change, mutant.sql) for mutant in mutants] == [
        ("a: WHERE y -> nothing", regenerated(sql.replace(" where y", ""))),
        ("b: WHERE z -> nothing", regenerated(sql.replace(" where z", ""))),
    ]


def test_the_same_change_twice_in_a_cte_has_two_names() -> None:
    sql = "select case when a then 1 end as b, case when a then 1 end as c from t"
    named = changes("drop case arm", sql)
    assert len(named) == len(set(named)) == 2


def test_of_what_a_loop_wrote_one_pass_is_mutated() -> None:
    passes = ", ".join(f"c{n} as (select x{n} from t{n} where y{n} > {n})" for n in range(5))
    other = "another as (select x from t inner join u on t.a = u.a where z)"
    changed = changes("drop condition", f"with {passes}, {other} select * from c1, another")
    assert len([change for change in changed if change.startswith("c")]) == 1
    assert "another: WHERE z -> nothing" in changed


# --------------------------------------------------------------------------------------------------
# The project's mutants
# --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def mutants(rules_world: Path) -> list[tuple[str, Mutant]]:
    return every_mutant(Manifest(rules_world / "data" / "target"))


def described(survivors: list[Outcome]) -> str:
    return "\n".join(f"{one.model} | {one.operator} | {one.change}" for one in survivors)


@pytest.fixture(scope="module")
def laboratory(rules_world: Path) -> Laboratory:
    """The world, opened."""
    return Laboratory(rules_world)


def test_a_seeded_sample_of_mutants_is_noticed(
    laboratory: Laboratory, mutants: list[tuple[str, Mutant]]
) -> None:
    found = [laboratory.judge(*one) for one in sample(mutants, SEED, SAMPLE)]
    assert len({one.model for one in found}) > 25
    assert unexplained(found) == [], described(unexplained(found))


def test_a_model_that_gives_the_same_does_not_count_as_noticed(laboratory: Laboratory) -> None:
    for node in laboratory.manifest.in_layer(*LAYERS):
        if node.is_python:
            continue
        unchanged = Mutant("none", "none", regenerated(node.sql))
        judged = laboratory.judge(node.name, unchanged)
        assert judged.fate == "survived", f"{node.name}: {judged.by}"


def test_every_explanation_is_of_a_mutant_there_is(mutants: list[tuple[str, Mutant]]) -> None:
    for one in explanations():
        assert any(one.covers(model, mutant) for model, mutant in mutants), one
        assert one.reason.strip()


@pytest.mark.long
def test_every_mutant_is_noticed_or_explained(
    rules_world: Path, mutants: list[tuple[str, Mutant]]
) -> None:
    found = outcomes(rules_world, mutants)
    print(table(found, lambda one: one.operator))
    assert unexplained(found) == [], described(unexplained(found))
    assert explained_wrongly(found) == []
