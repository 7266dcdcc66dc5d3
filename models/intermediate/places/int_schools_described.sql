with

schools as (
    select * from {{ ref('stg_dfe__schools') }}
    where row_fault is null
),

code_lists as (
    select * from {{ ref('code_lists') }}
),

recodes as (
    select * from {{ ref('recodes') }}
),

schools_described as (
    select
        schools.school_urn,
        {{ coded('school_phase', code_list='phase') }},
        {{ coded('school_type') }},
        {{ banded('schools.pupils', 'school_size') }} as school_size_band,
        {{ banded('schools.percent_fsm', 'percent_of_pupils') }} as school_percent_fsm_band,
        {{ banded('schools.percent_eal', 'percent_of_pupils') }} as school_percent_eal_band,
        {{ coded('school_ofsted_rating', 'integer', 'ofsted_rating') }}
    from schools
    {{ label_join('phase', 'schools.phase') }}
    {{ label_join('school_type', 'schools.school_type') }}
    {{ label_join('ofsted_rating', 'cast(schools.ofsted_rating as string)') }}
)

select * from schools_described
