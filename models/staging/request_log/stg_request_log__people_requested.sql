with

logged as (
    select * from {{ source('request_log', 'people_requested') }}
),

staged as (
    select
        request_id,
        person
    from logged
)

select * from staged
