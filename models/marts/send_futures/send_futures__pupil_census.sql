with

published as (
    select * from {{ ref('int_pupil_census_published') }}
    where study = 'send_futures'
),

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
    from published
)

select * from pupil_census
-- in the order of the ids: in the order landed, rows of answers and of records could be laid side by side
order by research_id
