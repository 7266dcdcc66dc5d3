with

request_outcomes as (
    select * from {{ ref('request_outcomes') }}
),

disclosure_control as (
    select * from {{ ref('disclosure_control') }}
),

requests_of_inactive as (
    select * from {{ ref('int_requests_of_inactive') }}
),

requests_counted as (
    select
        request_outcomes.study,
        request_outcomes.request_type,
        request_outcomes.outcome,
        count(*) as requests
    from request_outcomes
    left join requests_of_inactive
        on
            request_outcomes.study = requests_of_inactive.study
            and request_outcomes.request_id = requests_of_inactive.request_id
    where requests_of_inactive.request_id is null
    group by request_outcomes.study, request_outcomes.request_type, request_outcomes.outcome
),

requests_rounded as (
    select
        requests_counted.study,
        requests_counted.request_type,
        requests_counted.outcome,
        {{ public_count('requests_counted.requests', 'disclosure_control.round_counts_to') | indent(8) }}
            as requests
    from requests_counted
    cross join disclosure_control
),

requests_by_outcome as (
    select * from requests_rounded
    where requests is not null
)

select * from requests_by_outcome
