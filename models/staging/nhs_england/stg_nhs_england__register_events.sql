with

landed as (
    select * from {{ source('nhs_england', 'register_events') }}
),

staged as (
    select
        source_table,
        row_number,
        delivery_id,
        participant_id,
        event_type,
        {{ as_known_date('event_date') }} as event_on,
        cause_icd10 as cause_of_death,
        {{ value_fault('nhs_england', 'register_events') }} as row_fault
    from landed
)

select * from staged
