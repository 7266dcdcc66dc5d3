with

published as (
    select * from {{ ref('int_participants_published') }}
    where study = 'send_futures'
),

disclosure_control as (
    select * from {{ ref('disclosure_control') }}
),

{{ disclosure_controlled(
    'published',
    quasi_identifiers=['role', 'age_band']
) }},

participants as (
    select
        research_id,
        family_research_id,
        role,
        age_band
    from published_controlled
)

select * from participants
