{{ config(materialized='transient') }}

with

landed as (
    select * from {{ source('surveys', 'participants') }}
),

studies as (
    select * from {{ ref('studies') }}
),

{{ repeated_keys('surveys', 'participants') }},

staged as (
    select
        landed.source_table,
        landed.row_number,
        landed.study,
        landed.participant_id,
        landed.family_id,
        landed.role,
        {{ as_boolean('landed.parental_responsibility') }} as has_parental_responsibility,
        {{ as_date('landed.invited_on') }} as invited_on,
        landed.title,
        landed.first_name,
        landed.last_name,
        {{ as_date('landed.date_of_birth') }} as date_of_birth,
        landed.sex,
        landed.address_line_1,
        landed.address_line_2,
        landed.town,
        {{ normalised('landed.postcode') }} as postcode,
        landed.email,
        landed.phone,
        landed.upn as unique_pupil_number,
        coalesce(
            repeated_keys.row_fault,
            {{ value_fault('surveys', 'participants', 'landed') }}
        ) as row_fault
    from landed
    left join repeated_keys
        on
            landed.source_table = repeated_keys.source_table
            and landed.row_number = repeated_keys.row_number
)

select * from staged
