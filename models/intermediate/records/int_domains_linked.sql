with

publishable as (
    select * from {{ ref('int_publishable_records') }}
),

participant_areas as (
    select * from {{ ref('participant_areas') }}
),

-- linked is who has a delivery that may be used, whether or not it held a record of theirs
domains_linked as (
    select
        study,
        participant_id,
        domain
    from publishable
    union
    select
        study,
        participant_id,
        'area' as domain
    from participant_areas
)

select * from domains_linked
