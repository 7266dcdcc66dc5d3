with

landed as (
    select * from {{ source('surveys', 'child_survey') }}
),

studies as (
    select * from {{ ref('studies') }}
),

{{ repeated_keys('surveys', 'child_survey') }},

staged as (
    select
        landed.source_table,
        landed.row_number,
        landed.study,
        landed.participant_id,
        {{ as_integer('landed.wave') }} as wave,
        {{ as_date('landed.completed_on') }} as completed_on,
        {{ as_integer('landed.enjoys_school') }} as enjoys_school,
        {{ as_integer('landed.feels_supported') }} as feels_supported,
        {{ as_decimal('landed.support_hours_per_week') }} as support_hours_per_week,
        {{ as_integer('landed.child_wellbeing') }} as child_wellbeing,
        landed.in_your_own_words,
        coalesce(
            repeated_keys.row_fault,
            {{ value_fault('surveys', 'child_survey', 'landed') }}
        ) as row_fault
    from landed
    left join repeated_keys
        on
            landed.source_table = repeated_keys.source_table
            and landed.row_number = repeated_keys.row_number
)

select * from staged
