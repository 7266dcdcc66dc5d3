with

published as (
    select * from {{ ref('int_employments_published') }}
    where study = 'five_to_twelve'
),

disclosure_control as (
    select * from {{ ref('disclosure_control') }}
),

{{ disclosure_controlled(
    'published',
    quasi_identifiers=['tax_year', 'is_ended', 'start_month', 'end_month'],
    sensitive=[['pay_in_year']],
    tells={'end_month': ['is_ended']}
) }},

employments as (
    select
        research_id,
        tax_year,
        employer_id,
        start_month,
        end_month,
        is_ended,
        pay_in_year
    from published_controlled
)

select * from employments
