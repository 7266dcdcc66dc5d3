with

landed as (
    select * from {{ source('nhs_england', 'prescriptions') }}
),

staged as (
    select
        source_table,
        row_number,
        delivery_id,
        participant_id,
        {{ as_known_date('prescribed_on') }} as prescribed_on,
        bnf_code,
        {{ as_decimal('quantity') }} as quantity,
        practice_code,
        {{ value_fault('nhs_england', 'prescriptions') }} as row_fault
    from landed
)

select * from staged
