with

published as (
    select * from {{ ref('int_tax_credits_published') }}
    where study = 'five_to_twelve'
),

disclosure_control as (
    select * from {{ ref('disclosure_control') }}
),

{{ disclosure_controlled(
    'published',
    quasi_identifiers=['tax_year'],
    sensitive=[['award_type'], ['amount']]
) }},

tax_credits as (
    select
        research_id,
        tax_year,
        award_type,
        amount
    from published_controlled
)

select * from tax_credits
