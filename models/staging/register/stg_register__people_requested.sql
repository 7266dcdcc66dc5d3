with

registered as (
    select * from {{ source('register', 'people_requested') }}
),

staged as (
    select
        request_id,
        person
    from registered
)

select * from staged
