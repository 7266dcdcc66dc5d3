with

landed as (
    select * from {{ source('dfe', 'alternative_provision') }}
),

staged as (
    select
        source_table,
        row_number,
        delivery_id,
        pupil_matching_ref,
        academic_year,
        provision_type,
        {{ as_known_date('started_on') }} as started_on,
        {{ as_known_date('ended_on') }} as ended_on,
        {{ value_fault('dfe', 'alternative_provision') }} as row_fault
    from landed
)

select * from staged
