with

requests as (
    select * from {{ ref('int_requests_received') }}
    where request_type in ('access', 'rectify', 'erase')
),

outcomes as (
    select * from {{ ref('request_outcomes') }}
),

accesses_given as (
    select
        study,
        request_id,
        max(given_at) as given_at
    from {{ ref('int_accesses_given') }}
    group by study, request_id
),

-- a correction or an erasure is done by the build that reads it
request_clocks as (
    select
        requests.study,
        requests.request_id,
        requests.request_type,
        requests.received_at,
        {{ add_months('cast(requests.received_at as date)', '1') }} as due_on,
        outcomes.outcome,
        case when outcomes.outcome = 'honoured' then accesses_given.given_at end as given_at
    from requests
    inner join outcomes
        on
            requests.study = outcomes.study
            and requests.request_id = outcomes.request_id
    left join accesses_given
        on
            requests.study = accesses_given.study
            and requests.request_id = accesses_given.request_id
)

select * from request_clocks
