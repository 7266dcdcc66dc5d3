"""Worked cases: one family each, what was said, and what must come of it.

A mother and a father, both with parental responsibility unless said, were invited on 2023-10-02
unless said. A date alone means 12:00 UTC. What was said is either an answer about a linkage
(`who answer, whose domain/answers_of`; the answers are the family's where none are named) or a
request (`who request_type, scope about domain`). The deliveries are of the mother's health records
in five_to_twelve and of DfE's own pupil tables in send_futures. All are decided at `AS_OF`.
"""

from __future__ import annotations

from dataclasses import dataclass

AS_OF = "2024-12-01T12:00:00Z"


@dataclass(frozen=True)
class Case:
    """One line of the table of worked cases."""

    name: str
    study: str
    child_born: str
    linkage: str
    reason: str
    said: tuple[str, ...] = ()
    invited_on: str = "2023-10-02"
    without_responsibility: tuple[str, ...] = ()
    took_part: tuple[str, ...] = ()
    deliveries: tuple[str, ...] = ()
    usable: tuple[str, ...] | None = None


CASES: list[Case] = [
    Case(
        name="nobody was asked about health",
        study="five_to_twelve",
        child_born="2018-11-05",
        linkage="child health/family",
        reason="not_given",
    ),
    Case(
        name="education is standard",
        study="five_to_twelve",
        child_born="2018-11-05",
        linkage="child education/family",
        reason="permitted",
    ),
    Case(
        name="education, a recorded no",
        study="five_to_twelve",
        child_born="2018-11-05",
        said=("2023-11-01: mother no, child education",),
        linkage="child education/family",
        reason="refused",
    ),
    Case(
        name="education, don't know is no objection",
        study="five_to_twelve",
        child_born="2018-11-05",
        said=("2023-11-01: mother dont_know, child education",),
        linkage="child education/family",
        reason="permitted",
    ),
    Case(
        name="a mother's yes for her own health",
        study="five_to_twelve",
        child_born="2018-11-05",
        said=("2023-11-01: mother yes, mother health",),
        linkage="child health/family",
        reason="not_given",
    ),
    Case(
        name="parents disagree about the child",
        study="five_to_twelve",
        child_born="2018-11-05",
        said=("2023-11-01: mother yes, child health", "2023-11-08: father no, child health"),
        linkage="child health/family",
        reason="refused",
    ),
    Case(
        name="the father relents",
        study="five_to_twelve",
        child_born="2018-11-05",
        said=(
            "2023-11-01: mother yes, child health",
            "2023-11-08: father no, child health",
            "2024-02-01: father dont_know, child health",
        ),
        linkage="child health/family",
        reason="permitted",
    ),
    Case(
        name="the only yes is from a carer without parental responsibility",
        study="five_to_twelve",
        child_born="2018-11-05",
        without_responsibility=("father",),
        said=("2023-11-01: father yes, child health",),
        linkage="child health/family",
        reason="not_given",
    ),
    Case(
        name="yes and no by one parent at one instant",
        study="five_to_twelve",
        child_born="2018-11-05",
        said=("2023-11-01: mother yes, child health", "2023-11-01: mother no, child health"),
        linkage="child health/family",
        reason="refused",
    ),
    Case(
        name="the young child says no",
        study="send_futures",
        child_born="2012-05-05",
        said=(
            "2023-11-01: mother yes, child education/child",
            "2023-11-02: child no, child education/child",
        ),
        linkage="child education/child",
        reason="refused",
    ),
    Case(
        name="two ticks are needed: the parent's answers",
        study="send_futures",
        child_born="2012-05-05",
        said=("2023-11-01: mother yes, child education/child",),
        linkage="child education/parent",
        reason="not_given",
    ),
    Case(
        name="parental yes, the day before 16",
        study="send_futures",
        child_born="2008-12-02",
        said=("2023-11-01: mother yes, child education/child",),
        linkage="child education/child",
        reason="permitted",
    ),
    Case(
        name="parental yes, from the 16th birthday",
        study="send_futures",
        child_born="2008-12-01",
        said=("2023-11-01: mother yes, child education/child",),
        linkage="child education/child",
        reason="lapsed",
    ),
    Case(
        name="asked at 16, says yes",
        study="send_futures",
        child_born="2008-09-15",
        said=(
            "2023-11-01: mother yes, child education/child",
            "2024-10-01: child yes, child education/child",
        ),
        linkage="child education/child",
        reason="permitted",
    ),
    Case(
        name="said yes at 15, which was not theirs to give",
        study="send_futures",
        child_born="2008-09-15",
        said=("2024-09-01: child yes, child education/child",),
        linkage="child education/child",
        reason="not_given",
    ),
    Case(
        name="a parent's no stands at 16, until their own later yes",
        study="send_futures",
        child_born="2008-09-15",
        said=("2023-11-01: mother no, child education/child",),
        linkage="child education/child",
        reason="refused",
    ),
    Case(
        name="their own later yes",
        study="send_futures",
        child_born="2008-09-15",
        said=(
            "2023-11-01: mother no, child education/child",
            "2024-10-01: child yes, child education/child",
        ),
        linkage="child education/child",
        reason="permitted",
    ),
    Case(
        name="a parent stops after the young person's own yes",
        study="send_futures",
        child_born="2008-09-15",
        said=(
            "2024-10-01: child yes, child education/child",
            "2024-11-01: mother stop_linkage, person child all",
        ),
        linkage="child education/child",
        reason="stopped",
    ),
    Case(
        name="a mother stops for the family, the father's records",
        study="five_to_twelve",
        child_born="2018-11-05",
        said=(
            "2023-11-01: father yes, father employment_tax",
            "2024-03-01: mother stop_linkage, family mother all",
        ),
        linkage="father employment_tax/family",
        reason="stopped",
    ),
    Case(
        name="and the father says yes again",
        study="five_to_twelve",
        child_born="2018-11-05",
        said=(
            "2023-11-01: father yes, father employment_tax",
            "2024-03-01: mother stop_linkage, family mother all",
            "2024-04-01: father yes, father employment_tax",
        ),
        linkage="father employment_tax/family",
        reason="permitted",
    ),
    Case(
        name="nobody resumes for another adult",
        study="five_to_twelve",
        child_born="2018-11-05",
        said=(
            "2023-11-01: father yes, father benefits",
            "2024-03-01: father stop_linkage, person father benefits",
            "2024-04-01: mother resume_linkage, person father benefits",
        ),
        linkage="father benefits/family",
        reason="stopped",
    ),
    Case(
        name="resuming one's own",
        study="five_to_twelve",
        child_born="2018-11-05",
        said=(
            "2023-11-01: father yes, father benefits",
            "2024-03-01: father stop_linkage, person father benefits",
            "2024-04-01: father resume_linkage, person father benefits",
        ),
        linkage="father benefits/family",
        reason="permitted",
    ),
    Case(
        name="pilot, whatever was said",
        study="five_to_twelve",
        child_born="2018-11-05",
        invited_on="2023-05-10",
        said=("2023-11-01: mother yes, child health",),
        linkage="child health/family",
        reason="pilot",
    ),
    Case(
        name="restricted",
        study="five_to_twelve",
        child_born="2018-11-05",
        said=(
            "2023-11-01: mother yes, mother health",
            "2024-01-10: mother restrict, person mother all",
        ),
        linkage="mother health/family",
        reason="restricted",
    ),
    Case(
        name="restriction lifted",
        study="five_to_twelve",
        child_born="2018-11-05",
        said=(
            "2023-11-01: mother yes, mother health",
            "2024-01-10: mother restrict, person mother all",
            "2024-02-10: mother lift_restriction, person mother all",
        ),
        linkage="mother health/family",
        reason="permitted",
    ),
    Case(
        name="one adult cannot restrict another",
        study="five_to_twelve",
        child_born="2018-11-05",
        said=(
            "2023-11-01: mother yes, mother health",
            "2024-01-10: father restrict, person mother all",
        ),
        linkage="mother health/family",
        reason="permitted",
    ),
    Case(
        name="a father objects for himself and, by family scope, the young child",
        study="five_to_twelve",
        child_born="2018-11-05",
        said=("2024-01-10: father object, family father all",),
        linkage="child education/family",
        reason="objected",
    ),
    Case(
        name="which leaves the mother in",
        study="five_to_twelve",
        child_born="2018-11-05",
        said=(
            "2023-11-01: mother yes, mother health",
            "2024-01-10: father object, family father all",
        ),
        linkage="mother health/family",
        reason="permitted",
    ),
    Case(
        name="what an objector said about the child still counts",
        study="five_to_twelve",
        child_born="2018-11-05",
        said=(
            "2023-11-01: mother yes, child health",
            "2023-11-02: father no, child health",
            "2024-01-10: father object, person father all",
        ),
        linkage="child health/family",
        reason="refused",
    ),
    Case(
        name="the mother lifts what the father restricted: it stays",
        study="five_to_twelve",
        child_born="2018-11-05",
        said=(
            "2024-01-10: father restrict, person child all",
            "2024-02-10: mother lift_restriction, person child all",
        ),
        linkage="child education/family",
        reason="restricted",
    ),
    Case(
        name="at 16 they lift it themself",
        study="send_futures",
        child_born="2008-09-15",
        said=(
            "2024-01-10: mother restrict, person child all",
            "2024-10-01: child lift_restriction, person child all",
            "2024-10-02: child yes, child education/child",
        ),
        linkage="child education/child",
        reason="permitted",
    ),
    Case(
        name="a child's family-wide stop covers the child alone",
        study="five_to_twelve",
        child_born="2018-11-05",
        said=(
            "2023-11-01: mother yes, mother health",
            "2024-01-10: child stop_linkage, family child all",
        ),
        linkage="mother health/family",
        reason="permitted",
    ),
    Case(
        name="stop between two deliveries",
        study="five_to_twelve",
        child_born="2018-11-05",
        said=(
            "2023-11-01: mother yes, mother health",
            "2024-05-01: mother stop_linkage, person mother health",
        ),
        deliveries=(
            "D1: sent 2024-01-10, received 2024-02-10, certified 2024-02-20",
            "D2: sent 2024-07-10, received 2024-08-10, certified 2024-08-20",
        ),
        linkage="mother health/family",
        reason="stopped",
        usable=("D1",),
    ),
    Case(
        name="stop while the second is on its way",
        study="five_to_twelve",
        child_born="2018-11-05",
        said=(
            "2023-11-01: mother yes, mother health",
            "2024-07-20: mother stop_linkage, person mother health",
        ),
        deliveries=(
            "D1: sent 2024-01-10, received 2024-02-10, certified 2024-02-20",
            "D2: sent 2024-07-10, received 2024-08-10, certified 2024-08-20",
        ),
        linkage="mother health/family",
        reason="stopped",
        usable=("D1",),
    ),
    Case(
        name="delete on the last day of the window",
        study="five_to_twelve",
        child_born="2018-11-05",
        said=(
            "2023-11-01: mother yes, mother health",
            "2024-02-29: mother delete_linked, person mother health",
        ),
        took_part=("2023-08-31",),
        deliveries=(
            "D1: sent 2024-01-10, received 2024-02-10, certified 2024-02-20",
            "D2: sent 2024-07-10, received 2024-08-10, certified 2024-08-20",
        ),
        linkage="mother health/family",
        reason="deletion_requested",
        usable=(),
    ),
    Case(
        name="delete a day too late",
        study="five_to_twelve",
        child_born="2018-11-05",
        said=(
            "2023-11-01: mother yes, mother health",
            "2024-03-01: mother delete_linked, person mother health",
        ),
        took_part=("2023-08-31",),
        deliveries=(
            "D1: sent 2024-01-10, received 2024-02-10, certified 2024-02-20",
            "D2: sent 2024-07-10, received 2024-08-10, certified 2024-08-20",
        ),
        linkage="mother health/family",
        reason="stopped",
        usable=("D1",),
    ),
    Case(
        name="a later wave reopens the window",
        study="five_to_twelve",
        child_born="2018-11-05",
        said=(
            "2023-11-01: mother yes, mother health",
            "2024-03-01: mother delete_linked, person mother health",
        ),
        took_part=("2023-08-31", "2024-02-01"),
        deliveries=(
            "D1: sent 2024-01-10, received 2024-02-10, certified 2024-02-20",
            "D2: sent 2024-07-10, received 2024-08-10, certified 2024-08-20",
        ),
        linkage="mother health/family",
        reason="deletion_requested",
        usable=(),
    ),
    Case(
        name="deleted, then permitted again",
        study="five_to_twelve",
        child_born="2018-11-05",
        said=(
            "2023-11-01: mother yes, mother health",
            "2024-03-01: mother delete_linked, person mother health",
            "2024-06-01: mother yes, mother health",
        ),
        took_part=("2024-01-01",),
        deliveries=(
            "D1: sent 2024-01-10, received 2024-02-10, certified 2024-02-20",
            "D2: sent 2024-07-10, received 2024-08-10, certified 2024-08-20",
        ),
        linkage="mother health/family",
        reason="permitted",
        usable=("D2",),
    ),
    Case(
        name="the agency has not certified the second",
        study="five_to_twelve",
        child_born="2018-11-05",
        said=("2023-11-01: mother yes, mother health",),
        deliveries=(
            "D1: sent 2024-01-10, received 2024-02-10, certified 2024-02-20",
            "D2: sent 2024-07-10, received 2024-08-10, not certified",
        ),
        linkage="mother health/family",
        reason="permitted",
        usable=("D1",),
    ),
    Case(
        name="permission given between request and receipt",
        study="five_to_twelve",
        child_born="2018-11-05",
        said=("2024-01-20: mother yes, mother health",),
        deliveries=(
            "D1: sent 2024-01-10, received 2024-02-10, certified 2024-02-20",
            "D2: sent 2024-07-10, received 2024-08-10, certified 2024-08-20",
        ),
        linkage="mother health/family",
        reason="permitted",
        usable=("D2",),
    ),
    Case(
        name="held by DfE: permission after the delivery links it",
        study="send_futures",
        child_born="2012-05-05",
        said=("2024-03-01: mother yes, child education/child",),
        deliveries=("D1: held, received 2024-01-10, not certified",),
        linkage="child education/child",
        reason="permitted",
        usable=("D1",),
    ),
    Case(
        name="held by DfE: permitted only before it came",
        study="send_futures",
        child_born="2012-05-05",
        said=(
            "2023-11-01: mother yes, child education/child",
            "2024-01-01: mother stop_linkage, person child all",
        ),
        deliveries=("D1: held, received 2024-01-10, not certified",),
        linkage="child education/child",
        reason="stopped",
        usable=(),
    ),
    Case(
        name="held by DfE: stopped after it was linked",
        study="send_futures",
        child_born="2012-05-05",
        said=(
            "2023-11-01: mother yes, child education/child",
            "2024-06-01: mother stop_linkage, person child all",
        ),
        deliveries=("D1: held, received 2024-01-10, not certified",),
        linkage="child education/child",
        reason="stopped",
        usable=("D1",),
    ),
    Case(
        name="held by DfE: deleted two years on, no window",
        study="send_futures",
        child_born="2012-05-05",
        said=(
            "2022-11-01: mother yes, child education/child",
            "2024-11-01: mother delete_linked, person child all",
        ),
        invited_on="2022-10-02",
        took_part=("2022-11-01",),
        deliveries=("D1: held, received 2023-01-10, not certified",),
        linkage="child education/child",
        reason="deletion_requested",
        usable=(),
    ),
    Case(
        name="lapsed at 16 after it was linked",
        study="send_futures",
        child_born="2008-09-15",
        said=("2023-11-01: mother yes, child education/child",),
        deliveries=(
            "D1: held, received 2024-01-10, not certified",
            "D2: held, received 2024-10-10, not certified",
        ),
        linkage="child education/child",
        reason="lapsed",
        usable=("D1",),
    ),
    Case(
        name="restricted, then lifted, over a delivery",
        study="five_to_twelve",
        child_born="2018-11-05",
        said=(
            "2023-11-01: mother yes, mother health",
            "2024-02-01: mother restrict, person mother all",
            "2024-09-01: mother lift_restriction, person mother all",
        ),
        deliveries=(
            "D1: sent 2024-01-10, received 2024-02-10, certified 2024-02-20",
            "D2: sent 2024-07-10, received 2024-08-10, certified 2024-08-20",
        ),
        linkage="mother health/family",
        reason="permitted",
        usable=("D1", "D2"),
    ),
    Case(
        name="a mother restricts for the whole family: herself and the young child",
        study="five_to_twelve",
        child_born="2018-11-05",
        said=(
            "2023-11-01: mother yes, mother health",
            "2024-01-10: mother restrict, family mother all",
        ),
        linkage="child education/family",
        reason="restricted",
    ),
    Case(
        name="a lift does not end an objection",
        study="five_to_twelve",
        child_born="2018-11-05",
        said=(
            "2023-11-01: mother yes, mother health",
            "2024-01-10: mother object, person mother all",
            "2024-02-10: mother lift_restriction, person mother all",
        ),
        linkage="mother health/family",
        reason="objected",
    ),
    Case(
        name="the last day of a window of months, not of days",
        study="five_to_twelve",
        child_born="2018-11-05",
        said=(
            "2023-11-01: mother yes, mother health",
            "2024-09-30: mother delete_linked, person mother health",
        ),
        took_part=("2024-03-31",),
        deliveries=(
            "D1: sent 2024-01-10, received 2024-02-10, certified 2024-02-20",
            "D2: sent 2024-07-10, received 2024-08-10, certified 2024-08-20",
        ),
        linkage="mother health/family",
        reason="deletion_requested",
        usable=(),
    ),
    Case(
        name="184 days after, a day too late",
        study="five_to_twelve",
        child_born="2018-11-05",
        said=(
            "2023-11-01: mother yes, mother health",
            "2024-10-01: mother delete_linked, person mother health",
        ),
        took_part=("2024-03-31",),
        deliveries=(
            "D1: sent 2024-01-10, received 2024-02-10, certified 2024-02-20",
            "D2: sent 2024-07-10, received 2024-08-10, certified 2024-08-20",
        ),
        linkage="mother health/family",
        reason="stopped",
        usable=("D1", "D2"),
    ),
    Case(
        name="certified, but not yet at the moment of the build",
        study="five_to_twelve",
        child_born="2018-11-05",
        said=("2023-11-01: mother yes, mother health",),
        deliveries=(
            "D1: sent 2024-01-10, received 2024-02-10, certified 2024-02-20",
            "D2: sent 2024-07-10, received 2024-08-10, certified 2025-01-15",
        ),
        linkage="mother health/family",
        reason="permitted",
        usable=("D1",),
    ),
]
