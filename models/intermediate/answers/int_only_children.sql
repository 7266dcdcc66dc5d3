{{ config(materialized='view') }}

with

members as (
    select * from {{ ref('members') }}
),

only_children as (
    select
        study,
        family_id,
        max(participant_id) as participant_id
    from members
    where not is_adult
    group by study, family_id
    having count(*) = 1
)

select * from only_children
