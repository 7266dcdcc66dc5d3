with

published as (
    select * from {{ ref('int_employment_programmes_published') }}
    where study = 'five_to_twelve'
),

disclosure_control as (
    select * from {{ ref('disclosure_control') }}
),

{{ disclosure_controlled(
    'published',
    quasi_identifiers=['start_year', 'is_ended', 'end_year', 'start_month', 'end_month'],
    sensitive=[['programme'], ['outcome']],
    tells={
        'start_month': ['start_year'],
        'end_year': ['is_ended'],
        'end_month': ['end_year', 'is_ended'],
        'outcome': ['is_ended'],
    }
) }},

employment_programmes as (
    select
        research_id,
        programme,
        start_year,
        start_month,
        end_year,
        end_month,
        is_ended,
        outcome
    from published_controlled
)

select * from employment_programmes
