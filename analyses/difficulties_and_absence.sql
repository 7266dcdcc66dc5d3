-- Are children with more difficulties more often persistently absent from school?
-- Study: Five to Twelve. Grain: one row per band of the total difficulties score that a parent reports.
-- Denominator: linked children with an attendance record of a school year in which a parent was interviewed and
-- the score is known. A child may be in several bands, with several years. A score of 14 or more is above average.
-- Fit for the public: a count under ten is withheld, every other rounded to the nearest ten, and percentages
-- are computed from rounded counts.

with

child_years as (
    select
        *,
        case
            when child_sdq_total < 8 then '1: 0 to 7'
            when child_sdq_total < 14 then '2: 8 to 13'
            else '3: 14 or more'
        end as total_difficulties
    from {{ ref('five_to_twelve__child_years') }}
    where
        is_interview_in_year_dv
        and child_sdq_total is not null
        and is_persistently_absent_dv is not null
),

counted as (
    select
        total_difficulties,
        count(distinct research_id) as children,
        count(distinct case when is_persistently_absent_dv then research_id end) as children_persistently_absent
    from child_years
    group by total_difficulties
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
