with

key_stage_2 as (
    select * from {{ ref('stg_dfe__key_stage_2') }}
    where row_fault is null
),

publishable as (
    select * from {{ ref('int_publishable_records') }}
    where
        supplier = 'dfe'
        and domain = 'education'
        and is_held_by_dfe
),

key_stage_2_deidentified as (
    select
        publishable.study,
        publishable.research_id,
        {{ year_span('key_stage_2.academic_year') }} as academic_year,
        key_stage_2.reading_score,
        key_stage_2.maths_score,
        key_stage_2.grammar_score,
        case
            when key_stage_2.reading_score is not null and key_stage_2.maths_score is not null
                then key_stage_2.reading_score >= 100 and key_stage_2.maths_score >= 100
        end as is_expected_standard_dv
    from key_stage_2
    inner join publishable
        on
            key_stage_2.delivery_id = publishable.delivery_id
            and key_stage_2.pupil_matching_ref = publishable.pupil_matching_ref
)

select * from key_stage_2_deidentified
