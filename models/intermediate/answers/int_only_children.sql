{{ config(materialized='transient') }}

with

family_members as (
    select * from {{ ref('family_members') }}
),

only_children as (
    select
        study,
        family_id,
        max(participant_id) as participant_id
    from family_members
    where not is_adult
    group by study, family_id
    having count(*) = 1
)

select * from only_children
