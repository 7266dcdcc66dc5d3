{{ config(materialized='view') }}

with

participations as (
    select * from {{ ref('int_participations') }}
),

publishable as (
    select * from {{ ref('int_publishable_answers') }}
),

waves_taken_part as (
    select
        participations.study,
        participations.participant_id,
        count(distinct participations.wave) as waves,
        min(participations.wave) as first_wave,
        max(participations.wave) as latest_wave
    from participations
    inner join publishable
        on
            participations.study = publishable.study
            and participations.participant_id = publishable.participant_id
    group by participations.study, participations.participant_id
)

select * from waves_taken_part
