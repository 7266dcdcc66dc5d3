{{ config(materialized='view') }}

{%- set studies_published = research_tables() | join("', '") %}

with

deliveries as (
    select * from {{ ref('int_deliveries_requested') }}
),

people as (
    select * from {{ ref('delivery_people') }}
),

participants as (
    select * from {{ ref('int_participants') }}
),

published as (
    select * from {{ ref('int_publishable_records') }}
    where not is_held_by_dfe and study in ('{{ studies_published }}')
),

-- the first that holds: what the delivery should not have brought, or brought too late, must not be hidden by
-- anything said since
delivery_fates as (
    select
        people.delivery_id,
        people.participant_id,
        case
            when published.participant_id is not null then 'published'
            when not people.is_requested then 'not_requested'
            when people.is_withdrawn_in_transit then 'withdrawn_in_transit'
            when not participants.is_active then 'withdrawn'
            when
                people.study not in ('{{ studies_published }}')
                then 'not_published'
            when not deliveries.is_certified then 'not_certified'
            else 'not_permitted'
        end as fate
    from people
    inner join deliveries
        on people.delivery_id = deliveries.delivery_id
    inner join participants
        on
            people.study = participants.study
            and people.participant_id = participants.participant_id
    left join published
        on
            people.delivery_id = published.delivery_id
            and people.participant_id = published.participant_id
)

select * from delivery_fates
