with

landed as (
    select * from {{ source('surveys', 'parent_survey') }}
),

studies as (
    select * from {{ ref('studies') }}
),

{{ repeated_keys('surveys', 'parent_survey') }},

staged as (
    select
        landed.source_table,
        landed.row_number,
        landed.study,
        landed.participant_id,
        {{ as_integer('landed.wave') }} as wave,
        {{ as_date('landed.completed_on') }} as completed_on,
        landed.child_send_need,
        {{ as_boolean('landed.child_has_ehcp') }} as child_has_ehcp,
        {{ as_integer('landed.support_rating') }} as support_rating,
        {{ as_integer('landed.parent_wellbeing') }} as parent_wellbeing,
        landed.what_would_help,
        coalesce(
            repeated_keys.row_fault,
            {{ value_fault('surveys', 'parent_survey', 'landed') }}
        ) as row_fault
    from landed
    left join repeated_keys
        on
            landed.source_table = repeated_keys.source_table
            and landed.row_number = repeated_keys.row_number
)

select * from staged
