with

published as (
    select * from {{ ref('int_gp_events_published') }}
    where study = 'five_to_twelve'
),

disclosure_control as (
    select * from {{ ref('disclosure_control') }}
),

{{ disclosure_controlled(
    'published',
    quasi_identifiers=['event_year', 'age_in_year', 'event_month'],
    sensitive=[['snomed_term', 'snomed_code']],
    tells={'event_month': ['event_year']}
) }},

gp_events as (
    select
        research_id,
        event_year,
        event_month,
        age_in_year,
        practice_id,
        snomed_code,
        snomed_term
    from published_controlled
)

select * from gp_events
