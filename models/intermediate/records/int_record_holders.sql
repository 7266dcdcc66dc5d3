{{ config(materialized='view') }}

with

deliveries as (
    select * from {{ ref('int_deliveries') }}
    where is_received
),

participants_known as (
    select * from {{ ref('participants_known') }}
),

matches as (
    select * from {{ ref('pupil_matches') }}
),

records_of_pupils as (
    select * from {{ ref('int_pupil_records_landed') }}
    where row_fault is null
),

records_of_participants as (
    select * from {{ ref('int_agency_records_landed') }}
    where row_fault is null
),

record_holders as (
    select distinct
        matches.study,
        matches.participant_id,
        deliveries.delivery_id,
        true as is_held_by_dfe
    from records_of_pupils
    inner join matches
        on records_of_pupils.pupil_matching_ref = matches.pupil_matching_ref
    inner join deliveries
        on
            records_of_pupils.delivery_id = deliveries.delivery_id
            and records_of_pupils.supplier = deliveries.supplier
            and records_of_pupils.domain = deliveries.domain
            and deliveries.is_held_by_dfe
    union all
    select distinct
        deliveries.study,
        records_of_participants.participant_id,
        deliveries.delivery_id,
        false as is_held_by_dfe
    from records_of_participants
    inner join deliveries
        on
            records_of_participants.delivery_id = deliveries.delivery_id
            and records_of_participants.supplier = deliveries.supplier
            and records_of_participants.domain = deliveries.domain
            and not deliveries.is_held_by_dfe
    inner join participants_known
        on
            deliveries.study = participants_known.study
            and records_of_participants.participant_id = participants_known.participant_id
            and (participants_known.is_adult or not records_of_participants.is_only_of_adults)
)

select * from record_holders
