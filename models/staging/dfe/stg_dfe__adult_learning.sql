with

landed as (
    select * from {{ source('dfe', 'adult_learning') }}
),

staged as (
    select
        source_table,
        row_number,
        delivery_id,
        participant_id,
        academic_year,
        provider_ukprn,
        {{ as_integer('aim_level') }} as aim_level,
        aim_subject,
        outcome,
        {{ value_fault('dfe', 'adult_learning') }} as row_fault
    from landed
)

select * from staged
