-- Are children whose parents were long on Universal Credit more often persistently absent from school?
-- Study: Five to Twelve. Grain: one row per band of months in the tax year that begins in the April of the school
-- year, counted for both parents together.
-- Denominator: children with an attendance record and a parent linked to benefit records; linked and without a
-- spell is no month, as far as the deliveries that may be used reach. Of each child the latest such year.
-- Fit for the public: a count under ten is withheld, every other rounded to the nearest ten, and percentages
-- are computed from rounded counts.

with

child_years as (
    select
        *,
        case
            when parents_months_on_uc_dv = 0 then '1: none'
            when parents_months_on_uc_dv < 12 then '2: 1 to 11 months'
            else '3: the whole year'
        end as months_on_universal_credit,
        row_number() over (
            partition by research_id
            order by academic_year desc
        ) as newest_first
    from {{ ref('five_to_twelve__child_years') }}
    where
        is_benefits_linked
        and is_persistently_absent_dv is not null
),

counted as (
    select
        months_on_universal_credit,
        count(distinct research_id) as children,
        count(distinct case when is_persistently_absent_dv then research_id end) as children_persistently_absent
    from child_years
    where newest_first = 1
    group by months_on_universal_credit
),

shown as (
    select
        months_on_universal_credit,
        {{ public_count('children', 10) | indent(8) }} as children,
        {{ public_count('children_persistently_absent', 10) | indent(8) }} as children_persistently_absent
    from counted
)

select
    months_on_universal_credit,
    children,
    children_persistently_absent,
    round(100.0 * children_persistently_absent / children) as percent_persistently_absent
from shown
where children is not null
order by months_on_universal_credit
