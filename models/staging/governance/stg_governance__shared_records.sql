with

landed as (
    select * from {{ source('governance', 'shared_records') }}
),

staged as (
    select
        source_table,
        row_number,
        release_id,
        project_id,
        {{ as_timestamp('shared_at') }} as shared_at,
        study,
        participant_id,
        domain,
        {{ value_fault('governance', 'shared_records') }} as row_fault
    from landed
)

select * from staged
