{{ config(materialized='view') }}

with

requests_covering as (
    select * from {{ ref('int_requests_covering') }}
),

restrictions as (
    select * from requests_covering
    where request_type = 'restrict'
),

lifts as (
    select * from requests_covering
    where request_type = 'lift_restriction'
),

-- a lift ends what the same person restricted and, made about themself by someone who decides for
-- themself, what anybody restricted; at the same instant the restriction wins
restrictions_in_force as (
    select
        restrictions.study,
        restrictions.participant_id,
        restrictions.received_at
    from restrictions
    left join lifts
        on
            restrictions.study = lifts.study
            and restrictions.participant_id = lifts.participant_id
            and restrictions.received_at < lifts.received_at
            and (
                restrictions.made_by = lifts.made_by
                or (lifts.is_about_themself and lifts.decided_for_themself)
            )
    where lifts.request_id is null
),

reasons as (
    select
        study,
        participant_id,
        case when request_type = 'object' then received_at end as objected_at,
        case when request_type = 'erase' then received_at end as erased_at,
        cast(null as timestamp) as restricted_at
    from requests_covering
    where request_type in ('object', 'erase')
    union all
    select
        study,
        participant_id,
        cast(null as timestamp) as objected_at,
        cast(null as timestamp) as erased_at,
        received_at as restricted_at
    from restrictions_in_force
),

participants_inactive as (
    select
        study,
        participant_id,
        min(objected_at) as objected_at,
        min(erased_at) as erased_at,
        min(restricted_at) as restricted_at
    from reasons
    group by study, participant_id
)

select * from participants_inactive
