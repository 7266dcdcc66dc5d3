{{ config(materialized='view') }}

with

answers as (
    select * from {{ ref('stg_surveys__child_survey') }}
    where
        row_fault is null
        and (completed_on is null or completed_on <= cast({{ as_of() }} as date))
),

publishable as (
    select * from {{ ref('int_publishable_answers') }}
),

code_lists as (
    select * from {{ ref('code_lists') }}
),

child_survey_published as (
    select
        publishable.study,
        publishable.research_id,
        publishable.family_research_id,
        publishable.linked_child_research_id,
        answers.wave,
        {{ year_of('answers.completed_on') }} as completed_year,
        {{ month_of('answers.completed_on') }} as completed_month,
        {{ age_in_year('answers.completed_on', 'publishable.year_of_birth') }} as age_in_year,
        answers.enjoys_school,
        enjoys_school_labels.label as enjoys_school_label,
        answers.feels_supported,
        feels_supported_labels.label as feels_supported_label,
        answers.support_hours_per_week,
        answers.child_wellbeing
    from answers
    inner join publishable
        on
            answers.study = publishable.study
            and answers.participant_id = publishable.participant_id
    {{ label_join('enjoys_school', 'cast(answers.enjoys_school as varchar)') }}
    {{ label_join('feels_supported', 'cast(answers.feels_supported as varchar)') }}
)

select * from child_survey_published
