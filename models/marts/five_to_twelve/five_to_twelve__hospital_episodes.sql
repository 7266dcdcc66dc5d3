with

published as (
    select * from {{ ref('int_hospital_episodes_published') }}
    where study = 'five_to_twelve'
),

disclosure_control as (
    select * from {{ ref('disclosure_control') }}
),

{{ disclosure_controlled(
    'published',
    quasi_identifiers=['admission_year', 'age_in_year', 'admission_month'],
    sensitive=[
        ['admission_method'],
        ['diagnosis_chapter', 'diagnosis_label', 'primary_diagnosis'],
        ['procedure_chapter', 'main_procedure'],
        ['nights_in_hospital'],
    ],
    tells={'admission_month': ['admission_year']}
) }},

hospital_episodes as (
    select
        research_id,
        admission_year,
        admission_month,
        age_in_year,
        nights_in_hospital,
        trust_id,
        admission_method,
        primary_diagnosis,
        diagnosis_label,
        diagnosis_chapter,
        main_procedure,
        procedure_chapter
    from published_controlled
)

select * from hospital_episodes
