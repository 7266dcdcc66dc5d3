with

logged as (
    select * from {{ source('request_log', 'outbound_requests') }}
),

staged as (
    select
        request_id,
        supplier,
        study,
        domain,
        {{ as_timestamp('as_of') }} as as_of,
        {{ as_timestamp('written_at') }} as written_at,
        {{ as_integer('people') }} as people,
        file_sha256,
        key_fingerprint,
        key_mark
    from logged
)

select * from staged
