{{ config(materialized='transient') }}

with

requests as (
    select * from {{ ref('int_requests_covering') }}
    where request_type = 'access'
),

packs as (
    select * from {{ ref('stg_access_register__packs') }}
    where given_at <= {{ as_of() }}
),

-- a pack made from a build that did not know of the request yet does not answer it
accesses_given as (
    select
        requests.study,
        requests.request_id,
        requests.participant_id,
        min(packs.given_at) as given_at
    from requests
    inner join packs
        on
            requests.study = packs.study
            and packs.person = {{ pseudonym('requests.study', "'access'", 'requests.participant_id') }}
            and requests.received_at <= packs.as_of
    group by requests.study, requests.request_id, requests.participant_id
)

select * from accesses_given
