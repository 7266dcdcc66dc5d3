{{ config(materialized='transient') }}

with

participants as (
    select * from {{ ref('stg_surveys__participants') }}
),

participants_known as (
    select
        study,
        participant_id,
        family_id,
        role,
        role != 'child' as is_adult,
        coalesce(has_parental_responsibility and role != 'child', false) as has_parental_responsibility,
        invited_on,
        row_number() over (partition by study, family_id order by participant_id) as member_number
    from participants
    where row_fault is null
)

select * from participants_known
