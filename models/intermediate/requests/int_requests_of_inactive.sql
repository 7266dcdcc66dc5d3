{{ config(materialized='transient') }}

with

requests as (
    select * from {{ ref('int_requests_received') }}
),

covering as (
    select * from {{ ref('int_requests_covering') }}
),

inactive as (
    select * from {{ ref('int_participants_inactive') }}
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
    select distinct
        people_in_requests.study,
        people_in_requests.request_id
    from people_in_requests
    inner join inactive
        on
            people_in_requests.study = inactive.study
            and people_in_requests.participant_id = inactive.participant_id
)

select * from requests_of_inactive
