"""How likely somebody is to be found again in a table by what others may know of them."""

from collections.abc import Sequence
from typing import TypedDict

import duckdb


class Risks(TypedDict):
    """The risks of one table, each a probability or a share from 0 to 1.

    Prosecutor risk: the intruder knows that a person is in the table, and all of their
    quasi-identifiers; they are found with a probability of one in the size of their equivalence
    class (El Emam and Dankar, 2008, "Protecting privacy using k-anonymity"). Marketer risk: the
    share that is expected to be found when everybody is looked for, which is the number of classes
    over the number of people (Dankar and El Emam, 2010, "A method for evaluating marketer
    re-identification risk").
    """

    highest_prosecutor_risk: float
    mean_prosecutor_risk: float
    people_at_risk: float
    marketer_risk: float


def risks(
    connection: duckdb.DuckDBPyConnection,
    relation: str,
    quasi_identifiers: Sequence[str],
    min_class_size: int,
) -> Risks:
    """The risks of a table of `research_id` and quasi-identifiers.

    A class is a combination of values, null being a value of its own, and its size the number of
    distinct people who have it in some row. Of a person in several classes the smallest counts; to
    the marketer each is somebody to find. `people_at_risk` is the share of people in a class
    smaller than `min_class_size`. A table without rows puts nobody at risk.
    """
    class_of_row = ", ".join(f'"{column}"' for column in quasi_identifiers)
    figures = connection.execute(
        f"""
        with

        people_in_classes as (
            select distinct research_id, {class_of_row}
            from {relation}
        ),

        classes_sized as (
            select research_id, count(*) over (partition by {class_of_row}) as class_size
            from people_in_classes
        ),

        people as (
            select research_id, min(class_size) as class_size
            from classes_sized
            group by research_id
        )

        select
            max(1 / class_size),
            avg(1 / class_size),
            avg(if(class_size < ?, 1, 0)),
            (select avg(1 / class_size) from classes_sized)
        from people
        """,
        [min_class_size],
    ).fetchall()[0]
    highest, mean, at_risk, marketer = (figure or 0.0 for figure in figures)
    return Risks(
        highest_prosecutor_risk=highest,
        mean_prosecutor_risk=mean,
        people_at_risk=at_risk,
        marketer_risk=marketer,
    )
