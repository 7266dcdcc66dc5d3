with

published as (
    select * from {{ ref('int_parent_interviews_published') }}
    where study = 'five_to_twelve'
),

disclosure_control as (
    select * from {{ ref('disclosure_control') }}
),

{{ disclosure_controlled(
    'published',
    quasi_identifiers=[
        'interview_year', 'child_gender', 'tenure', 'ethnic_group', 'relationship_to_child', 'household_size',
        'age_in_year', 'interview_month',
    ],
    sensitive=[
        ['highest_qualification'],
        ['employment_status'],
        ['household_income'],
        ['child_general_health_label', 'child_general_health'],
        ['child_sdq_total'],
    ],
    tells={'interview_month': ['interview_year']}
) }},

parent_interviews as (
    select
        research_id,
        family_research_id,
        wave,
        interview_year,
        interview_month,
        age_in_year,
        relationship_to_child,
        child_gender,
        ethnic_group,
        tenure,
        highest_qualification,
        employment_status,
        household_size,
        household_income,
        child_general_health,
        child_general_health_label,
        child_sdq_total,
        days_read_to_child,
        school_satisfaction,
        school_satisfaction_label
    from published_controlled
)

select * from parent_interviews
