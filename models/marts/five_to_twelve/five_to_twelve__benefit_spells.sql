with

published as (
    select * from {{ ref('int_benefit_spells_published') }}
    where study = 'five_to_twelve'
),

disclosure_control as (
    select * from {{ ref('disclosure_control') }}
),

{{ disclosure_controlled(
    'published',
    quasi_identifiers=['start_year', 'is_ended', 'end_year', 'start_month', 'end_month'],
    sensitive=[['benefit_type'], ['weekly_amount']],
    tells={'start_month': ['start_year'], 'end_year': ['is_ended'], 'end_month': ['end_year', 'is_ended']}
) }},

benefit_spells as (
    select
        research_id,
        benefit_type,
        start_year,
        start_month,
        end_year,
        end_month,
        is_ended,
        weekly_amount
    from published_controlled
)

select * from benefit_spells
