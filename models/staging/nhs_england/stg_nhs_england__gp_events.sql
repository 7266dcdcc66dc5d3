with

landed as (
    select * from {{ source('nhs_england', 'gp_events') }}
),

staged as (
    select
        source_table,
        row_number,
        delivery_id,
        participant_id,
        {{ as_known_date('event_date') }} as event_on,
        snomed_code,
        practice_code,
        {{ value_fault('nhs_england', 'gp_events') }} as row_fault
    from landed
)

select * from staged
