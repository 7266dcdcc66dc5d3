with

published as (
    select * from {{ ref('int_pension_schemes_published') }}
    where study = 'five_to_twelve'
),

disclosure_control as (
    select * from {{ ref('disclosure_control') }}
),

{{ disclosure_controlled(
    'published',
    quasi_identifiers=['joined_year', 'is_left', 'left_year', 'joined_month', 'left_month'],
    sensitive=[['scheme_type']],
    tells={'joined_month': ['joined_year'], 'left_year': ['is_left'], 'left_month': ['left_year', 'is_left']}
) }},

pension_schemes as (
    select
        research_id,
        scheme_type,
        joined_year,
        joined_month,
        left_year,
        left_month,
        is_left
    from published_controlled
)

select * from pension_schemes
