with

published as (
    select * from {{ ref('int_register_events_published') }}
    where study = 'five_to_twelve'
),

disclosure_control as (
    select * from {{ ref('disclosure_control') }}
),

{{ disclosure_controlled(
    'published',
    quasi_identifiers=['event_year', 'event_type', 'age_in_year', 'event_month'],
    sensitive=[['cause_of_death_group']],
    tells={
        'age_in_year': ['event_type'],
        'event_month': ['event_year', 'event_type'],
        'cause_of_death_group': ['event_type'],
    }
) }},

register_events as (
    select
        research_id,
        event_type,
        event_year,
        event_month,
        age_in_year,
        cause_of_death_group
    from published_controlled
)

select * from register_events
