{{ config(materialized='transient') }}

with

landed as (
    select * from {{ source('surveys', 'requests') }}
),

studies as (
    select * from {{ ref('studies') }}
),

{{ repeated_keys('surveys', 'requests') }},

staged as (
    select
        landed.source_table,
        landed.row_number,
        landed.study,
        landed.request_id,
        landed.made_by,
        landed.about,
        landed.scope,
        landed.domain,
        landed.request_type,
        {{ as_timestamp('landed.received_at') }} as received_at,
        landed.field,
        landed.new_value,
        coalesce(
            repeated_keys.row_fault,
            {{ value_fault('surveys', 'requests', 'landed') }}
        ) as row_fault
    from landed
    left join repeated_keys
        on
            landed.source_table = repeated_keys.source_table
            and landed.row_number = repeated_keys.row_number
)

select * from staged
