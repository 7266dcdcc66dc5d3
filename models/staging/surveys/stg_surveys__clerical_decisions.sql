with

landed as (
    select * from {{ source('surveys', 'clerical_decisions') }}
),

studies as (
    select * from {{ ref('studies') }}
),

staged as (
    select
        source_table,
        row_number,
        study,
        participant_id,
        pupil_matching_ref,
        decision,
        decided_by,
        {{ as_timestamp('decided_at') }} as decided_at,
        {{ value_fault('surveys', 'clerical_decisions') }} as row_fault
    from landed
)

select * from staged
