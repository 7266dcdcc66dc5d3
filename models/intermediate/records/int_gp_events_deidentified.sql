with

gp_events as (
    select * from {{ ref('stg_nhs_england__gp_events') }}
    where row_fault is null
),

publishable as (
    select * from {{ ref('int_publishable_records') }}
    where
        supplier = 'nhs_england'
        and domain = 'health'
        and not is_held_by_dfe
),

practices as (
    select * from {{ ref('place_pseudonyms') }}
    where kind = 'practice'
),

code_lists as (
    select * from {{ ref('code_lists') }}
),

gp_events_deidentified as (
    select
        publishable.study,
        publishable.research_id,
        {{ year_of('gp_events.event_on') }} as event_year,
        {{ month_of('gp_events.event_on') }} as event_month,
        {{ child_age_in_year('gp_events.event_on', 'publishable') }} as age_in_year,
        practices.research_id as practice_id,
        {{ coded('snomed_code') }}
    from gp_events
    inner join publishable
        on
            gp_events.delivery_id = publishable.delivery_id
            and gp_events.participant_id = publishable.participant_id
    left join practices
        on
            publishable.study = practices.study
            and gp_events.practice_code = practices.code
    {{ label_join('snomed_code', 'gp_events.snomed_code') }}
)

select * from gp_events_deidentified
