-- Who meets the expected standard at key stage 2, by free school meals and by the parents' qualification?
-- Study: Five to Twelve. Grain: one row for free school meals and the parents' qualification.
-- Denominator: linked children with a score in reading and in maths whose parent has been interviewed; a family
-- counts as one with a degree if any parent ever named one. The expected standard is a score of 100 or more in
-- both.
-- Fit for the public: a count under ten is withheld, every other rounded to the nearest ten, and percentages
-- are computed from rounded counts.
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

cells_counted as (
    select
        free_school_meals,
        parents_qualification,
        count(distinct research_id) as children,
        count(distinct case when reading_score >= 100 and maths_score >= 100 then research_id end)
            as children_at_standard
    from children_with_results
    where
        reading_score is not null
        and maths_score is not null
    group by free_school_meals, parents_qualification
),

cells as (
    select
        free_school_meals,
        parents_qualification,
        {{ public_count('children', 10) | indent(8) }} as children,
        {{ public_count('children_at_standard', 10) | indent(8) }} as children_at_standard
    from cells_counted
)

select
    free_school_meals,
    parents_qualification,
    children,
    children_at_standard,
    round(100.0 * children_at_standard / children) as percent_at_standard
from cells
where children is not null
order by free_school_meals, parents_qualification
