{{ config(materialized='view') }}

with

participations as (
    select * from {{ ref('int_participations') }}
),

publishable as (
    select * from {{ ref('int_publishable_answers') }}
),

waves_of_people as (
    select
        participations.study,
        participations.participant_id,
        participations.wave
    from participations
    inner join publishable
        on
            participations.study = publishable.study
            and participations.participant_id = publishable.participant_id
),

-- the family's answers are about its study child, who takes part through them
waves_of_study_children as (
    select
        participations.study,
        publishable.child_participant_id as participant_id,
        participations.wave
    from participations
    inner join publishable
        on
            participations.study = publishable.study
            and participations.participant_id = publishable.participant_id
    where publishable.child_participant_id is not null
),

waves as (
    select * from waves_of_people
    union all
    select * from waves_of_study_children
),

waves_taken_part as (
    select
        study,
        participant_id,
        count(distinct wave) as waves,
        min(wave) as first_wave,
        max(wave) as latest_wave
    from waves
    group by study, participant_id
)

select * from waves_taken_part
