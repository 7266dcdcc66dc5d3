with

fates as (
    select * from {{ ref('int_record_fates') }}
    union all
    select * from {{ ref('int_row_fates') }}
),

record_reconciliation as (
    select
        source_table,
        fate,
        cast(sum(records) as bigint) as records
    from fates
    group by source_table, fate
)

select * from record_reconciliation
