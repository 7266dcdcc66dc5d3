with

published as (
    select * from {{ ref('int_alternative_provision_published') }}
    where study = 'five_to_twelve'
),

disclosure_control as (
    select * from {{ ref('disclosure_control') }}
),

{{ disclosure_controlled(
    'published',
    quasi_identifiers=['academic_year', 'start_month'],
    sensitive=[['provision_type'], ['weeks']],
    tells={'start_month': ['academic_year']}
) }},

alternative_provision as (
    select
        research_id,
        academic_year,
        provision_type,
        start_month,
        weeks
    from published_controlled
)

select * from alternative_provision
