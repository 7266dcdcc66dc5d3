{{ config(materialized='transient') }}

with

participants_known as (
    select * from {{ ref('participants_known') }}
),

answers as (
    select * from {{ ref('int_answers_landed') }}
    where row_fault is null
),

participations as (
    select
        answers.study,
        answers.participant_id,
        participants_known.family_id,
        answers.wave,
        answers.took_part_on
    from answers
    inner join participants_known
        on
            answers.study = participants_known.study
            and answers.participant_id = participants_known.participant_id
    where
        answers.took_part_on is null
        or answers.took_part_on <= cast({{ as_of() }} as date)
)

select * from participations
