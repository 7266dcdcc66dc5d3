with

fates as (
    select * from {{ ref('int_record_fates') }}
    union all
    select * from {{ ref('int_row_fates') }}
),

quarantined_records as (
    select
        source_table,
        quarantined_row as row_number,
        delivery_id,
        reason
    from fates
    where fate = 'quarantined'
)

select * from quarantined_records
