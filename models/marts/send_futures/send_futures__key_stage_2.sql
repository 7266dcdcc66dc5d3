with

published as (
    select * from {{ ref('int_key_stage_2_published') }}
    where study = 'send_futures'
),

disclosure_control as (
    select * from {{ ref('disclosure_control') }}
),

{{ disclosure_controlled(
    'published',
    quasi_identifiers=['academic_year'],
    sensitive=[['reading_score'], ['maths_score'], ['grammar_score']]
) }},

key_stage_2 as (
    select
        research_id,
        academic_year,
        reading_score,
        maths_score,
        grammar_score
    from published_controlled
)

select * from key_stage_2
