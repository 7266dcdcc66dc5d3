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

-- beside a link a date joins answers to the records of their time; without one it would lead to the records
answers_dated as (
    select
        publishable.study,
        publishable.research_id,
        publishable.family_research_id,
        publishable.linked_child_research_id,
        publishable.year_of_birth,
        answers.wave,
        case when publishable.linked_child_research_id is not null then answers.completed_on end as shown_on,
        answers.enjoys_school,
        answers.feels_supported,
        answers.support_hours_per_week,
        answers.child_wellbeing
    from answers
    inner join publishable
        on
            answers.study = publishable.study
            and answers.participant_id = publishable.participant_id
),

child_survey_deidentified as (
    select
        answers_dated.study,
        answers_dated.research_id,
        answers_dated.family_research_id,
        answers_dated.linked_child_research_id,
        answers_dated.wave,
        {{ year_of('answers_dated.shown_on') }} as completed_year,
        {{ month_of('answers_dated.shown_on') }} as completed_month,
        {{ age_in_year('answers_dated.shown_on', 'answers_dated') }} as age_in_year,
        {{ coded('enjoys_school', 'integer') }},
        {{ coded('feels_supported', 'integer') }},
        answers_dated.support_hours_per_week,
        answers_dated.child_wellbeing
    from answers_dated
    {{ label_join('enjoys_school', 'cast(answers_dated.enjoys_school as string)') }}
    {{ label_join('feels_supported', 'cast(answers_dated.feels_supported as string)') }}
)

select * from child_survey_deidentified
