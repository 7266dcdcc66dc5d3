{%- set coded_answers = [
    'relationship_to_child', 'child_gender', 'ethnic_group', 'tenure', 'highest_qualification', 'employment_status',
] -%}
{%- set household_size = rounded('answers.household_size', 'household_size') -%}
{%- set household_income = rounded('answers.household_income', 'income') -%}

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

recodes as (
    select * from {{ ref('recodes') }}
),

parent_interviews_deidentified as (
    select
        publishable.study,
        publishable.research_id,
        publishable.family_research_id,
        publishable.child_research_id,
        answers.wave,
        {{ year_of('answers.interviewed_on') }} as interview_year,
        {{ month_of('answers.interviewed_on') }} as interview_month,
        {%- for code in coded_answers %}
        {{ coded(code) }},
        {%- endfor %}
        cast({{ household_size }} as bigint) as household_size,
        {{ household_income }} as household_income,
        round({{ household_income }} / sqrt(nullif(greatest({{ household_size }}, 0), 0)))
            as equivalised_household_income_dv,
        {{ coded('child_general_health', 'integer') }},
        answers.child_sdq_total,
        {{ coded('child_sdq_band_dv', 'integer', code_list='child_sdq_band') }},
        answers.days_read_to_child,
        {{ coded('school_satisfaction', 'integer') }}
    from answers
    inner join publishable
        on
            answers.study = publishable.study
            and answers.participant_id = publishable.participant_id
    {%- for code in coded_answers %}
    {{ label_join(code, 'answers.' ~ code) }}
    {%- endfor %}
    {{ label_join('child_general_health', 'cast(answers.child_general_health as string)') }}
    {{ label_join('child_sdq_band', 'cast(' ~ sdq_band('answers.child_sdq_total') ~ ' as string)') }}
    {{ label_join('school_satisfaction', 'cast(answers.school_satisfaction as string)') }}
)

select * from parent_interviews_deidentified
