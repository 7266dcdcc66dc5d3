with

landed as (
    select * from {{ source('hmrc', 'national_insurance') }}
),

staged as (
    select
        source_table,
        row_number,
        delivery_id,
        participant_id,
        tax_year,
        contribution_class,
        {{ as_integer('qualifying_weeks') }} as qualifying_weeks,
        {{ value_fault('hmrc', 'national_insurance') }} as row_fault
    from landed
)

select * from staged
