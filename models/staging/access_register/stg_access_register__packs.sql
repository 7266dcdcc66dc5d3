with

registered as (
    select * from {{ source('access_register', 'packs') }}
),

staged as (
    select
        pack_id,
        study,
        person,
        {{ as_timestamp('as_of') }} as as_of,
        {{ as_timestamp('given_at') }} as given_at,
        file_sha256
    from registered
)

select * from staged
