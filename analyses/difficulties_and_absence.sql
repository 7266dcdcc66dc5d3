-- Are children with more difficulties more often persistently absent from school?
-- Study: Five to Twelve. Grain: one row per band of the total difficulties score that a parent reports.
-- Denominator: linked children with an attendance record of the school year of the interview. A child may be in
-- several waves. A score of 14 or more is above average.
-- Fit for the public: a count under ten is withheld, every other rounded to the nearest ten, and percentages
-- are computed from rounded counts.

with

parent_interviews as (
    select * from {{ ref('five_to_twelve__parent_interviews') }}
),

absence as (
    select * from {{ ref('five_to_twelve__absence') }}
),

interviews as (
    select
        child_research_id,
        case
            when child_sdq_total < 8 then '1: 0 to 7'
            when child_sdq_total < 14 then '2: 8 to 13'
            else '3: 14 or more'
        end as total_difficulties,
        cast(left(interview_month, 4) as integer)
        - case when right(interview_month, 2) < '09' then 1 else 0 end as school_year
    from parent_interviews
    where child_sdq_total is not null
),

counted as (
    select
        interviews.total_difficulties,
        count(distinct absence.research_id) as children,
        count(distinct case when absence.is_persistently_absent_dv then absence.research_id end)
            as children_persistently_absent
    from interviews
    inner join absence
        on
            interviews.child_research_id = absence.research_id
            and interviews.school_year = cast(left(absence.academic_year, 4) as integer)
    group by interviews.total_difficulties
),

shown as (
    select
        total_difficulties,
        {{ public_count('children', 10) | indent(8) }} as children,
        {{ public_count('children_persistently_absent', 10) | indent(8) }} as children_persistently_absent
    from counted
)

select
    total_difficulties,
    children,
    children_persistently_absent,
    round(100.0 * children_persistently_absent / children) as percent_persistently_absent
from shown
where children is not null
order by total_difficulties
