with

register_events as (
    select * from {{ ref('stg_nhs_england__register_events') }}
    where row_fault is null
),

publishable as (
    select * from {{ ref('int_publishable_records') }}
    where
        supplier = 'nhs_england'
        and domain = 'health'
        and not is_held_by_dfe
),

code_lists as (
    select * from {{ ref('code_lists') }}
),

icd10_categories as (
    select * from {{ ref('int_icd10_categories') }}
),

events_coded as (
    select
        delivery_id,
        participant_id,
        event_type,
        event_on,
        case when event_type = 'death' then {{ icd10_category('cause_of_death') }} end as cause_of_death
    from register_events
),

-- only deaths show a month: for a birth it would be the month of birth
register_events_deidentified as (
    select
        publishable.study,
        publishable.research_id,
        {{ coded('event_type') }},
        {{ year_of('events_coded.event_on') }} as event_year,
        case when events_coded.event_type = 'death' then {{ month_of('events_coded.event_on') }} end as event_month,
        {{ child_age_in_year('events_coded.event_on', 'publishable') }} as age_in_year,
        icd10_categories.cause_of_death_group,
        icd10_categories.cause_of_death_group_label
    from events_coded
    inner join publishable
        on
            events_coded.delivery_id = publishable.delivery_id
            and events_coded.participant_id = publishable.participant_id
    left join icd10_categories
        on events_coded.cause_of_death = icd10_categories.category
    {{ label_join('event_type', 'events_coded.event_type') }}
)

select * from register_events_deidentified
