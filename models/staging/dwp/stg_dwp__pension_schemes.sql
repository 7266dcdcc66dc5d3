with

landed as (
    select * from {{ source('dwp', 'pension_schemes') }}
),

staged as (
    select
        source_table,
        row_number,
        delivery_id,
        participant_id,
        scheme_type,
        {{ as_known_date('joined_on') }} as joined_on,
        {{ as_known_date('left_on') }} as left_on,
        {{ value_fault('dwp', 'pension_schemes') }} as row_fault
    from landed
)

select * from staged
