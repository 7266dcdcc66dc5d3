with

people as (
    select * from {{ ref('delivery_people') }}
),

to_destroy as (
    select
        delivery_id,
        study,
        participant_id
    from people
    where is_withdrawn_in_transit
)

select * from to_destroy
