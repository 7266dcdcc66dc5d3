with

hospital_episodes as (
    select * from {{ ref('stg_nhs_england__hospital_episodes') }}
    where row_fault is null
),

publishable as (
    select * from {{ ref('int_publishable_records') }}
    where
        supplier = 'nhs_england'
        and domain = 'health'
        and not is_held_by_dfe
),

trusts as (
    select * from {{ ref('place_pseudonyms') }}
    where kind = 'trust'
),

code_lists as (
    select * from {{ ref('code_lists') }}
),

icd10_categories as (
    select * from {{ ref('int_icd10_categories') }}
),

episodes_coded as (
    select
        delivery_id,
        participant_id,
        admitted_on,
        admission_method,
        provider_code,
        {{ icd10_category('primary_diagnosis') }} as primary_diagnosis,
        {{ opcs4_category('main_procedure') }} as main_procedure,
        {{ days_between('admitted_on', 'discharged_on') }}
            as nights_in_hospital
    from hospital_episodes
),

-- an admission in which somebody gives birth, or is born, gives away a birth: it is recognised by its method
-- (maternity, or a baby), its diagnosis (from labour to the newborn, outcome of delivery) or its procedure
-- (delivery)
episodes_judged as (
    select
        episodes_coded.*,
        coalesce(
            episodes_coded.admission_method in ('2C', '31', '32', '82', '83')
            or episodes_coded.primary_diagnosis between 'O60' and 'P96'
            or episodes_coded.primary_diagnosis between 'Z37' and 'Z39'
            or episodes_coded.main_procedure between 'R14' and 'R32',
            false
        ) as is_birth_admission
    from episodes_coded
),

-- no month of discharge: with the nights, it would give away the day of a stay that runs into a new month
hospital_episodes_deidentified as (
    select
        publishable.study,
        publishable.research_id,
        {{ year_of('episodes_judged.admitted_on') }} as admission_year,
        case when not episodes_judged.is_birth_admission then {{ month_of('episodes_judged.admitted_on') }} end
            as admission_month,
        {{ child_age_in_year('episodes_judged.admitted_on', 'publishable') }} as age_in_year,
        case
            when episodes_judged.nights_in_hospital >= 0 then cast(episodes_judged.nights_in_hospital as integer)
        end as nights_in_hospital,
        trusts.research_id as trust_id,
        {{ coded('admission_method') }},
        admission_method_labels.code in ('21', '22', '23', '24', '25', '28', '2A', '2B', '2D')
            as is_emergency_admission_dv,
        episodes_judged.is_birth_admission as is_birth_admission_dv,
        icd10_categories.category as primary_diagnosis,
        icd10_categories.label as primary_diagnosis_label,
        icd10_categories.block as diagnosis_block,
        icd10_categories.block_label as diagnosis_block_label,
        icd10_categories.chapter as diagnosis_chapter,
        icd10_categories.chapter_label as diagnosis_chapter_label,
        case when opcs4_chapter_labels.code is not null then episodes_judged.main_procedure end as main_procedure,
        {{ coded('procedure_chapter', code_list='opcs4_chapter') }}
    from episodes_judged
    inner join publishable
        on
            episodes_judged.delivery_id = publishable.delivery_id
            and episodes_judged.participant_id = publishable.participant_id
    left join trusts
        on
            publishable.study = trusts.study
            and episodes_judged.provider_code = trusts.code
    left join icd10_categories
        on episodes_judged.primary_diagnosis = icd10_categories.category
    {{ label_join('admission_method', 'episodes_judged.admission_method') }}
    {{ label_join('opcs4_chapter', 'left(episodes_judged.main_procedure, 1)') }}
)

select * from hospital_episodes_deidentified
