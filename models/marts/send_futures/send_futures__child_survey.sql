with

published as (
    select * from {{ ref('int_child_survey_published') }}
    where study = 'send_futures'
),

disclosure_control as (
    select * from {{ ref('disclosure_control') }}
),

{{ disclosure_controlled(
    'published',
    quasi_identifiers=['completed_year', 'age_in_year', 'completed_month'],
    sensitive=[
        ['enjoys_school_label', 'enjoys_school'],
        ['feels_supported_label', 'feels_supported'],
        ['support_hours_per_week'],
        ['child_wellbeing'],
    ],
    tells={'completed_month': ['completed_year']}
) }},

child_survey as (
    select
        research_id,
        family_research_id,
        linked_child_research_id,
        wave,
        completed_year,
        completed_month,
        age_in_year,
        enjoys_school,
        enjoys_school_label,
        feels_supported,
        feels_supported_label,
        support_hours_per_week,
        child_wellbeing
    from published_controlled
)

select * from child_survey
