with

published as (
    select * from {{ ref('int_participants_published') }}
    where study = 'five_to_twelve'
),

disclosure_control as (
    select * from {{ ref('disclosure_control') }}
),

{{ disclosure_controlled(
    'published',
    quasi_identifiers=['role', 'age_band']
) }},

participants as (
    select
        research_id,
        family_research_id,
        role,
        age_band,
        waves_taken_part,
        first_wave,
        latest_wave,
        is_education_linked,
        is_health_linked,
        is_employment_tax_linked,
        is_benefits_linked,
        is_area_linked
    from published_controlled
)

select * from participants
