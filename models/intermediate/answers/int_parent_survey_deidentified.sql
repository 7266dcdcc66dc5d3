with

answers as (
    select * from {{ ref('stg_surveys__parent_survey') }}
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
        answers.wave,
        case when publishable.linked_child_research_id is not null then answers.completed_on end as shown_on,
        answers.child_send_need,
        answers.child_has_ehcp,
        answers.support_rating,
        answers.parent_wellbeing
    from answers
    inner join publishable
        on
            answers.study = publishable.study
            and answers.participant_id = publishable.participant_id
),

parent_survey_deidentified as (
    select
        answers_dated.study,
        answers_dated.research_id,
        answers_dated.family_research_id,
        answers_dated.linked_child_research_id,
        answers_dated.wave,
        {{ year_of('answers_dated.shown_on') }} as completed_year,
        {{ month_of('answers_dated.shown_on') }} as completed_month,
        {{ coded('child_send_need') }},
        answers_dated.child_has_ehcp,
        {{ coded('support_rating', 'integer') }},
        answers_dated.parent_wellbeing
    from answers_dated
    {{ label_join('child_send_need', 'answers_dated.child_send_need') }}
    {{ label_join('support_rating', 'cast(answers_dated.support_rating as string)') }}
)

select * from parent_survey_deidentified
