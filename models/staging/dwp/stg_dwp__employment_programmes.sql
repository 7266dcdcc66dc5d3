with

landed as (
    select * from {{ source('dwp', 'employment_programmes') }}
),

staged as (
    select
        source_table,
        row_number,
        delivery_id,
        participant_id,
        programme,
        {{ as_known_date('started_on') }} as started_on,
        {{ as_known_date('ended_on') }} as ended_on,
        outcome,
        {{ value_fault('dwp', 'employment_programmes') }} as row_fault
    from landed
)

select * from staged
