with

published as (
    select * from {{ ref('int_key_stage_2_published') }}
    where study = 'send_futures'
),

key_stage_2 as (
    select
        research_id,
        academic_year,
        reading_score,
        maths_score,
        grammar_score
    from published
)

select * from key_stage_2
