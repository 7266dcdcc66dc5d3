{{ config(materialized='transient') }}

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

-- a lift ends what the same person restricted
lifts_by_maker as (
    select
        study,
        participant_id,
        made_by,
        max(received_at) as lifted_at
    from lifts
    group by study, participant_id, made_by
),

-- and, made about themself by someone who decides for themself, what anybody restricted
lifts_by_themself as (
    select
        study,
        participant_id,
        max(received_at) as lifted_at
    from lifts
    where is_about_themself and decided_for_themself
    group by study, participant_id
),

-- at the same instant the restriction wins
restrictions_in_force as (
    select
        restrictions.study,
        restrictions.participant_id,
        restrictions.received_at
    from restrictions
    left join lifts_by_maker
        on
            restrictions.study = lifts_by_maker.study
            and restrictions.participant_id = lifts_by_maker.participant_id
            and restrictions.made_by = lifts_by_maker.made_by
    left join lifts_by_themself
        on
            restrictions.study = lifts_by_themself.study
            and restrictions.participant_id = lifts_by_themself.participant_id
    where
        coalesce(restrictions.received_at >= lifts_by_maker.lifted_at, true)
        and coalesce(restrictions.received_at >= lifts_by_themself.lifted_at, true)
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
