with

landed as (
    select * from {{ source('surveys', 'parent_interviews') }}
),

studies as (
    select * from {{ ref('studies') }}
),

{{ repeated_keys('surveys', 'parent_interviews') }},

staged as (
    select
        landed.source_table,
        landed.row_number,
        landed.study,
        landed.participant_id,
        {{ as_integer('landed.wave') }} as wave,
        {{ as_date('landed.interviewed_on') }} as interviewed_on,
        landed.relationship_to_child,
        landed.child_gender,
        landed.ethnic_group,
        {{ as_integer('landed.household_size') }} as household_size,
        {{ as_decimal('landed.household_income') }} as household_income,
        landed.tenure,
        landed.highest_qualification,
        landed.employment_status,
        {{ as_integer('landed.child_general_health') }} as child_general_health,
        {{ as_integer('landed.child_sdq_total') }} as child_sdq_total,
        {{ as_integer('landed.days_read_to_child') }} as days_read_to_child,
        {{ as_integer('landed.school_satisfaction') }} as school_satisfaction,
        landed.other_comments,
        coalesce(
            repeated_keys.row_fault,
            {{ value_fault('surveys', 'parent_interviews', 'landed') }}
        ) as row_fault
    from landed
    left join repeated_keys
        on
            landed.source_table = repeated_keys.source_table
            and landed.row_number = repeated_keys.row_number
)

select * from staged
