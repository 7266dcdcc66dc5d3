{{ config(materialized='view') }}

{%- set coded = [
    'relationship_to_child', 'child_gender', 'ethnic_group', 'tenure', 'highest_qualification', 'employment_status',
] -%}

with

answers as (
    select * from {{ ref('stg_surveys__parent_interviews') }}
    where
        row_fault is null
        and (interviewed_on is null or interviewed_on <= cast({{ as_of() }} as date))
),

publishable as (
    select * from {{ ref('int_publishable_answers') }}
),

code_lists as (
    select * from {{ ref('code_lists') }}
),

parent_interviews_published as (
    select
        publishable.study,
        publishable.research_id,
        publishable.family_research_id,
        answers.wave,
        {{ year_of('answers.interviewed_on') }} as interview_year,
        {{ month_of('answers.interviewed_on') }} as interview_month,
        {{ age_in_year('answers.interviewed_on', 'publishable.year_of_birth') }} as age_in_year,
        {%- for code in coded %}
        {{ code }}_labels.label as {{ code }},
        {%- endfor %}
        answers.household_size,
        answers.household_income,
        answers.child_general_health,
        child_general_health_labels.label as child_general_health_label,
        answers.child_sdq_total,
        answers.days_read_to_child,
        answers.school_satisfaction,
        school_satisfaction_labels.label as school_satisfaction_label
    from answers
    inner join publishable
        on
            answers.study = publishable.study
            and answers.participant_id = publishable.participant_id
    {%- for code in coded %}
    {{ label_join(code, 'answers.' ~ code) }}
    {%- endfor %}
    {{ label_join('child_general_health', 'cast(answers.child_general_health as varchar)') }}
    {{ label_join('school_satisfaction', 'cast(answers.school_satisfaction as varchar)') }}
)

select * from parent_interviews_published
