with

published as (
    select * from {{ ref('int_child_benefit_published') }}
    where study = 'five_to_twelve'
),

disclosure_control as (
    select * from {{ ref('disclosure_control') }}
),

{{ disclosure_controlled(
    'published',
    quasi_identifiers=['start_year', 'is_ended', 'end_year'],
    sensitive=[['weekly_amount']],
    tells={'end_year': ['is_ended']}
) }},

child_benefit as (
    select
        research_id,
        start_year,
        end_year,
        is_ended,
        weekly_amount
    from published_controlled
)

select * from child_benefit
