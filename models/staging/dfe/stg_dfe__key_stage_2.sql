with

landed as (
    select * from {{ source('dfe', 'key_stage_2') }}
),

staged as (
    select
        source_table,
        row_number,
        delivery_id,
        pupil_matching_ref,
        academic_year,
        {{ as_integer('read_score') }} as reading_score,
        {{ as_integer('mat_score') }} as maths_score,
        {{ as_integer('gps_score') }} as grammar_score,
        {{ value_fault('dfe', 'key_stage_2') }} as row_fault
    from landed
)

select * from staged
