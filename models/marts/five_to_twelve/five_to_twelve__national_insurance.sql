with

published as (
    select * from {{ ref('int_national_insurance_published') }}
    where study = 'five_to_twelve'
),

disclosure_control as (
    select * from {{ ref('disclosure_control') }}
),

{{ disclosure_controlled(
    'published',
    quasi_identifiers=['tax_year'],
    sensitive=[['contribution_class'], ['qualifying_weeks']]
) }},

national_insurance as (
    select
        research_id,
        tax_year,
        contribution_class,
        qualifying_weeks
    from published_controlled
)

select * from national_insurance
