with

deliveries as (
    select * from {{ ref('stg_governance__deliveries') }}
),

deliveries_known as (
    select
        delivery_id,
        supplier,
        study,
        domain,
        supplier = 'dfe' and study is null and request_sent_at is null as is_held_by_dfe,
        request_sent_at,
        received_at,
        received_at <= {{ as_of() }} as is_received,
        case when identifiers_deleted_at <= {{ as_of() }} then identifiers_deleted_at end
            as identifiers_deleted_at,
        coalesce(identifiers_deleted_at <= {{ as_of() }}, false) as is_certified
    from deliveries
    where row_fault is null
)

select * from deliveries_known
