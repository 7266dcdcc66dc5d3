with

landed as (
    select * from {{ source('dfe', 'absence') }}
),

staged as (
    select
        source_table,
        row_number,
        delivery_id,
        pupil_matching_ref,
        academic_year,
        {{ as_integer('sessions_possible') }} as sessions_possible,
        {{ as_integer('sessions_authorised') }} as sessions_authorised,
        {{ as_integer('sessions_unauthorised') }} as sessions_unauthorised,
        {{ value_fault('dfe', 'absence') }} as row_fault
    from landed
)

select * from staged
