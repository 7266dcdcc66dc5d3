with

published as (
    select * from {{ ref('int_adult_learning_published') }}
    where study = 'five_to_twelve'
),

disclosure_control as (
    select * from {{ ref('disclosure_control') }}
),

{{ disclosure_controlled(
    'published',
    quasi_identifiers=['academic_year'],
    sensitive=[['aim_level'], ['aim_subject'], ['outcome']]
) }},

adult_learning as (
    select
        research_id,
        academic_year,
        learning_provider_id,
        aim_level,
        aim_subject,
        outcome
    from published_controlled
)

select * from adult_learning
