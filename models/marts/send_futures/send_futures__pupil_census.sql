with

published as (
    select * from {{ ref('int_pupil_census_published') }}
    where study = 'send_futures'
),

disclosure_control as (
    select * from {{ ref('disclosure_control') }}
),

{{ disclosure_controlled(
    'published',
    quasi_identifiers=[
        'academic_year', 'primary_sen_type', 'sen_provision', 'ethnic_group_major', 'national_curriculum_year',
        'school_phase', 'language_group_major', 'school_type', 'school_size_band', 'school_ofsted_rating',
        'school_percent_fsm_band', 'school_percent_eal_band',
    ],
    sensitive=[['is_fsm_eligible']]
) }},

pupil_census as (
    select
        research_id,
        academic_year,
        national_curriculum_year,
        is_fsm_eligible,
        sen_provision,
        primary_sen_type,
        ethnic_group_major,
        language_group_major,
        school_id,
        school_phase,
        school_type,
        school_size_band,
        school_percent_fsm_band,
        school_percent_eal_band,
        school_ofsted_rating
    from published_controlled
)

select * from pupil_census
