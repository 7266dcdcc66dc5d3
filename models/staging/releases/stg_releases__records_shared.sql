with

registered as (
    select * from {{ source('releases', 'records_shared') }}
),

staged as (
    select
        release_id,
        project_id,
        {{ as_timestamp('shared_at') }} as shared_at,
        study,
        person,
        domain,
        key_mark
    from registered
)

select * from staged
