-- What came of the requests that participants made? For a report that may be published.
-- Grain: one row a study, type of request and outcome.
-- Denominator: every request received by the moment of the build that could be read. Cells under the smallest
-- that disclosure control allows are blank; no total is given that would give one away.

with

request_outcomes as (
    select * from {{ ref('request_outcomes') }}
),

disclosure_control as (
    select * from {{ ref('disclosure_control') }}
),

outcomes as (
    select
        study,
        request_type,
        outcome,
        count(*) as requests
    from request_outcomes
    group by study, request_type, outcome
)

select
    outcomes.study,
    outcomes.request_type,
    outcomes.outcome,
    case when outcomes.requests >= disclosure_control.min_class_size then outcomes.requests end as requests
from outcomes
cross join disclosure_control
order by outcomes.study, outcomes.request_type, outcomes.outcome
