-- How do key stage 2 scores differ by free school meals and by the parents' qualification?
-- Study: Five to Twelve. Grain: one row for free school meals and the parents' qualification.
-- Denominator: linked children with results whose parent has been interviewed; a family counts as one
-- with a degree if any parent ever named one. A cell of fewer than ten children has no row, nor
-- have the next smallest, until those without are together ten or more. Rows and columns have no totals, for
-- with them more would have to go.
-- Hardly a child of the shipped sample has sat the tests: there, no cell has a row.

with

participants as (
    select * from {{ ref('five_to_twelve__participants') }}
),

results as (
    select * from {{ ref('five_to_twelve__key_stage_2') }}
),

pupil_census as (
    select * from {{ ref('five_to_twelve__pupil_census') }}
),

parent_interviews as (
    select * from {{ ref('five_to_twelve__parent_interviews') }}
),

meals as (
    select
        research_id,
        academic_year,
        bool_or(is_fsm_eligible) as is_fsm_eligible
    from pupil_census
    group by research_id, academic_year
),

qualifications as (
    select
        family_research_id,
        bool_or(
            highest_qualification like 'Level 6:%' or highest_qualification like 'Levels 7 and 8:%'
        ) as has_degree
    from parent_interviews
    group by family_research_id
),

children_with_results as (
    select
        participants.research_id,
        case
            when meals.is_fsm_eligible then 'eligible'
            when not meals.is_fsm_eligible then 'not eligible'
            else 'not known'
        end as free_school_meals,
        case
            when qualifications.has_degree then 'a degree'
            when not qualifications.has_degree then 'no degree'
            else 'not known'
        end as parents_qualification,
        results.reading_score,
        results.maths_score
    from results
    inner join participants
        on results.research_id = participants.research_id
    inner join qualifications
        on participants.family_research_id = qualifications.family_research_id
    left join meals
        on
            results.research_id = meals.research_id
            and results.academic_year = meals.academic_year
),

scores as (
    select
        free_school_meals,
        parents_qualification,
        count(distinct research_id) as children,
        round(avg(reading_score), 1) as mean_reading_score,
        round(avg(maths_score), 1) as mean_maths_score
    from children_with_results
    group by free_school_meals, parents_qualification
),

scores_withheld as (
    select
        *,
        {{ may_be_published(
            ['children'], 'free_school_meals, parents_qualification', 10
        ) | indent(8) }} as may_be_published
    from scores
)

select
    free_school_meals,
    parents_qualification,
    children,
    mean_reading_score,
    mean_maths_score
from scores_withheld
where may_be_published
order by free_school_meals, parents_qualification
