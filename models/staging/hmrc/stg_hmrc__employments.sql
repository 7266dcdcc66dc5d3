with

landed as (
    select * from {{ source('hmrc', 'employments') }}
),

staged as (
    select
        source_table,
        row_number,
        delivery_id,
        participant_id,
        tax_year,
        employer_paye_reference,
        {{ as_known_date('started_on') }} as started_on,
        {{ as_known_date('ended_on') }} as ended_on,
        {{ as_decimal('pay_in_year') }} as pay_in_year,
        {{ value_fault('hmrc', 'employments') }} as row_fault
    from landed
)

select * from staged
