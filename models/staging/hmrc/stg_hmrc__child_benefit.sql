with

landed as (
    select * from {{ source('hmrc', 'child_benefit') }}
),

staged as (
    select
        source_table,
        row_number,
        delivery_id,
        participant_id,
        {{ as_known_date('started_on') }} as started_on,
        {{ as_known_date('ended_on') }} as ended_on,
        {{ as_decimal('weekly_amount') }} as weekly_amount,
        {{ value_fault('hmrc', 'child_benefit') }} as row_fault
    from landed
)

select * from staged
