-- What came of the requests that participants made? For a report that may be published.
-- Grain: one row a study, type of request and outcome.
-- Denominator: every request received by the moment of the build that could be read. An outcome that has
-- no row came of fewer requests than disclosure control allows, or of none; no total is given, here or in
-- another published table, that would tell which.

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
    outcomes.requests
from outcomes
inner join disclosure_control
    on outcomes.requests >= disclosure_control.min_class_size
order by outcomes.study, outcomes.request_type, outcomes.outcome
