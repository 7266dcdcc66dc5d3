{{ config(materialized='view') }}

with

matches as (
    select * from {{ ref('pupil_matches') }}
),

records_of_pupils as (
    select * from {{ ref('int_pupil_records_counted') }}
    where fault is null and is_received
),

records_of_participants as (
    select * from {{ ref('int_agency_records_counted') }}
    where fault is null and is_received
),

record_holders as (
    select distinct
        matches.study,
        matches.participant_id,
        records_of_pupils.delivery_id,
        true as is_held_by_dfe
    from records_of_pupils
    inner join matches
        on records_of_pupils.pupil_matching_ref = matches.pupil_matching_ref
    union all
    select distinct
        study,
        participant_id,
        delivery_id,
        false as is_held_by_dfe
    from records_of_participants
)

select * from record_holders
