with

published as (
    select * from {{ ref('int_prescriptions_published') }}
    where study = 'five_to_twelve'
),

disclosure_control as (
    select * from {{ ref('disclosure_control') }}
),

{{ disclosure_controlled(
    'published',
    quasi_identifiers=['prescribed_year', 'age_in_year', 'prescribed_month'],
    sensitive=[['bnf_chapter', 'bnf_chemical_code'], ['quantity']],
    tells={'prescribed_month': ['prescribed_year']}
) }},

prescriptions as (
    select
        research_id,
        prescribed_year,
        prescribed_month,
        age_in_year,
        practice_id,
        bnf_chemical_code,
        bnf_chapter,
        quantity
    from published_controlled
)

select * from prescriptions
