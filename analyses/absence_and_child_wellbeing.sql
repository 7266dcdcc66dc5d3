-- Do children who are less satisfied with their life miss more school?
-- Study: SEND Futures. Grain: one row a band of the child's own life satisfaction.
-- Denominator: children who answered and whose answers may be joined to their records, that is those with
-- a `linked_child_research_id`; how many of them have an attendance record of the school year in which
-- they answered stands beside it. A child may answer in several waves. A band of under ten children
-- has no row; where under ten of it have a record, or have not, how many and their mean are blank. The next
-- smallest are withheld too, until those withheld are together ten or more.

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

bands as (
    select
        life_satisfaction,
        count(distinct linked_child_research_id) as children_linked,
        count(distinct research_id) as children_with_records,
        round(avg(percent_absent), 1) as mean_percent_absent
    from answers_with_records
    group by life_satisfaction
),

bands_withheld as (
    select
        *,
        {{ may_be_published(['children_linked'], 'life_satisfaction', 10) | indent(8) }} as may_be_published,
        {{ may_be_published(
            ['children_with_records', 'children_linked - children_with_records'], 'life_satisfaction', 10
        ) | indent(8) }} as may_be_split
    from bands
)

select
    life_satisfaction,
    children_linked,
    case when may_be_split then children_with_records end as children_with_records,
    case when may_be_split then mean_percent_absent end as mean_percent_absent
from bands_withheld
where may_be_published
order by life_satisfaction
