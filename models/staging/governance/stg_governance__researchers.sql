with

landed as (
    select * from {{ source('governance', 'researchers') }}
),

staged as (
    select
        source_table,
        row_number,
        project_id,
        researcher_id,
        name,
        {{ as_date('accredited_from') }} as accredited_from,
        {{ as_date('accredited_until') }} as accredited_until,
        {{ value_fault('governance', 'researchers') }} as row_fault
    from landed
)

select * from staged
