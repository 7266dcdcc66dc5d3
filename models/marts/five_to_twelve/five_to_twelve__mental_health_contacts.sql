with

published as (
    select * from {{ ref('int_mental_health_contacts_published') }}
    where study = 'five_to_twelve'
),

disclosure_control as (
    select * from {{ ref('disclosure_control') }}
),

{{ disclosure_controlled(
    'published',
    quasi_identifiers=['contact_year', 'age_in_year', 'contact_month'],
    sensitive=[['team_type'], ['is_attended']],
    tells={'contact_month': ['contact_year']}
) }},

mental_health_contacts as (
    select
        research_id,
        contact_year,
        contact_month,
        age_in_year,
        team_type,
        is_attended
    from published_controlled
)

select * from mental_health_contacts
