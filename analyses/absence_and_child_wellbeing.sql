-- Are children who are less satisfied with their life more often persistently absent from school?
-- Study: SEND Futures. Grain: one row per band of the child's own life satisfaction.
-- Denominator: children who answered and whose answers may be joined to their records, that is those with
-- a `linked_child_research_id`; the percentage is of those of them with an attendance record of the school year
-- in which they answered. A child may answer in several waves. Persistently absent, as the Department for
-- Education has it: in a tenth of the possible sessions or more.
-- Fit for the public: a count under ten is withheld, every other rounded to the nearest ten, and percentages
-- are computed from rounded counts.

with

child_survey as (
    select * from {{ ref('send_futures__child_survey') }}
),

absence as (
    select * from {{ ref('send_futures__absence') }}
),

-- the school year in which the child answered, as `2023/24`
answers as (
    select
        linked_child_research_id,
        child_wellbeing,
        cast(left(completed_month, 4) as integer)
        - case when right(completed_month, 2) < '09' then 1 else 0 end as school_year
    from child_survey
    where
        linked_child_research_id is not null
        and child_wellbeing is not null
),

answers_in_years as (
    select
        linked_child_research_id,
        case
            when child_wellbeing < 5 then '0 to 4'
            when child_wellbeing < 7 then '5 to 6'
            when child_wellbeing < 9 then '7 to 8'
            else '9 to 10'
        end as life_satisfaction,
        school_year || '/' || right(cast(school_year + 1 as varchar), 2) as academic_year
    from answers
),

answers_with_records as (
    select
        answers_in_years.linked_child_research_id,
        answers_in_years.life_satisfaction,
        absence.research_id,
        absence.percent_absent
    from answers_in_years
    left join absence
        on
            answers_in_years.linked_child_research_id = absence.research_id
            and answers_in_years.academic_year = absence.academic_year
),

bands_counted as (
    select
        life_satisfaction,
        count(distinct linked_child_research_id) as children_linked,
        count(distinct case when percent_absent is not null then research_id end) as children_with_records,
        count(distinct case when percent_absent >= 10 then research_id end) as children_persistently_absent
    from answers_with_records
    group by life_satisfaction
),

bands as (
    select
        life_satisfaction,
        {{ public_count('children_linked', 10) | indent(8) }} as children_linked,
        {{ public_count('children_with_records', 10) | indent(8) }} as children_with_records,
        {{ public_count('children_persistently_absent', 10) | indent(8) }} as children_persistently_absent
    from bands_counted
)

select
    life_satisfaction,
    children_linked,
    children_with_records,
    children_persistently_absent,
    round(100.0 * children_persistently_absent / children_with_records) as percent_persistently_absent
from bands
where children_linked is not null
order by life_satisfaction
