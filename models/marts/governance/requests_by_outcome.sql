with

request_outcomes as (
    select * from {{ ref('request_outcomes') }}
),

requests as (
    select * from {{ ref('int_requests_received') }}
),

covering as (
    select * from {{ ref('int_requests_covering') }}
),

inactive as (
    select * from {{ ref('int_participants_inactive') }}
),

disclosure_control as (
    select * from {{ ref('disclosure_control') }}
),

people_in_requests as (
    select
        study,
        request_id,
        made_by as participant_id
    from requests
    union all
    select
        study,
        request_id,
        about as participant_id
    from requests
    union all
    select
        study,
        request_id,
        participant_id
    from covering
),

requests_of_inactive as (
    select
        people_in_requests.study,
        people_in_requests.request_id
    from people_in_requests
    inner join inactive
        on
            people_in_requests.study = inactive.study
            and people_in_requests.participant_id = inactive.participant_id
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
