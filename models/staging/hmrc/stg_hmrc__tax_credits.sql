with

landed as (
    select * from {{ source('hmrc', 'tax_credits') }}
),

staged as (
    select
        source_table,
        row_number,
        delivery_id,
        participant_id,
        tax_year,
        award_type,
        {{ as_decimal('amount') }} as amount,
        {{ value_fault('hmrc', 'tax_credits') }} as row_fault
    from landed
)

select * from staged
