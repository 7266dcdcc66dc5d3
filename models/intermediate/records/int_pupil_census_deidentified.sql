with

pupil_census as (
    select * from {{ ref('stg_dfe__pupil_census') }}
    where row_fault is null
),

publishable as (
    select * from {{ ref('int_publishable_records') }}
    where
        supplier = 'dfe'
        and domain = 'education'
        and is_held_by_dfe
),

schools_keyed as (
    select * from {{ ref('place_pseudonyms') }}
    where kind = 'school'
),

schools_described as (
    select * from {{ ref('int_schools_described') }}
),

code_lists as (
    select * from {{ ref('code_lists') }}
),

pupil_census_deidentified as (
    select
        publishable.study,
        publishable.research_id,
        {{ year_span('pupil_census.academic_year') }} as academic_year,
        pupil_census.national_curriculum_year,
        pupil_census.is_fsm_eligible,
        {{ coded('sen_provision') }},
        {{ coded('primary_sen_type') }},
        {{ coded('ethnic_group_major') }},
        {{ coded('language_group_major') }},
        schools_keyed.research_id as school_id,
        schools_described.school_phase,
        schools_described.school_phase_label,
        schools_described.school_type,
        schools_described.school_type_label,
        schools_described.school_size_band,
        schools_described.school_percent_fsm_band,
        schools_described.school_percent_eal_band,
        schools_described.school_ofsted_rating,
        schools_described.school_ofsted_rating_label
    from pupil_census
    inner join publishable
        on
            pupil_census.delivery_id = publishable.delivery_id
            and pupil_census.pupil_matching_ref = publishable.pupil_matching_ref
    left join schools_keyed
        on
            publishable.study = schools_keyed.study
            and pupil_census.school_urn = schools_keyed.code
    left join schools_described
        on pupil_census.school_urn = schools_described.school_urn
    {{ label_join('sen_provision', 'pupil_census.sen_provision') }}
    {{ label_join('primary_sen_type', 'pupil_census.primary_sen_type') }}
    {{ label_join('ethnic_group_major', 'pupil_census.ethnic_group_major') }}
    {{ label_join('language_group_major', 'pupil_census.language_group_major') }}
)

select * from pupil_census_deidentified
