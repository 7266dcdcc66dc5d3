with

landed as (
    select * from {{ source('nhs_england', 'mental_health_contacts') }}
),

staged as (
    select
        source_table,
        row_number,
        delivery_id,
        participant_id,
        {{ as_known_date('contact_date') }} as contact_on,
        team_type,
        {{ as_boolean('attended') }} as attended,
        {{ value_fault('nhs_england', 'mental_health_contacts') }} as row_fault
    from landed
)

select * from staged
