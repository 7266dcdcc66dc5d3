with

landed as (
    select * from {{ source('governance', 'deliveries') }}
),

{{ repeated_keys('governance', 'deliveries') }},

staged as (
    select
        landed.source_table,
        landed.row_number,
        landed.delivery_id,
        landed.supplier,
        landed.study,
        landed.domain,
        {{ as_timestamp('landed.request_sent_at') }} as request_sent_at,
        {{ as_timestamp('landed.received_at') }} as received_at,
        {{ as_timestamp('landed.identifiers_deleted_at') }} as identifiers_deleted_at,
        coalesce(
            repeated_keys.row_fault,
            {{ value_fault('governance', 'deliveries', 'landed') }},
            case
                when
                    (landed.study is null or landed.request_sent_at is null)
                    and not (
                        landed.supplier = 'dfe' and landed.domain = 'education'
                        and landed.study is null and landed.request_sent_at is null
                    )
                    then 'incomplete_delivery'
            end
        ) as row_fault
    from landed
    left join repeated_keys
        on
            landed.source_table = repeated_keys.source_table
            and landed.row_number = repeated_keys.row_number
)

select * from staged
