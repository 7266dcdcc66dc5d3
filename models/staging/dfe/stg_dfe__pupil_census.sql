with

landed as (
    select * from {{ source('dfe', 'pupil_census') }}
),

staged as (
    select
        source_table,
        row_number,
        delivery_id,
        pupil_matching_ref,
        academic_year,
        school_urn,
        {{ as_integer('nc_year') }} as national_curriculum_year,
        {{ as_boolean('fsm_eligible') }} as is_fsm_eligible,
        sen_provision,
        primary_sen_type,
        ethnic_group_major,
        language_group_major,
        {{ value_fault('dfe', 'pupil_census') }} as row_fault
    from landed
)

select * from staged
