-- Are children in more deprived areas more often admitted to hospital in an emergency?
-- Study: Five to Twelve. Grain: one row per fifth of the Index of Multiple Deprivation, 1 the most deprived.
-- Denominator: children linked to health records and to an area, and not only those with an admission: linked and
-- without one is none. Linked says that some delivery may be used, not that every year is covered: percentages
-- compare groups and are not yearly. The year of birth is not counted, for its admissions show no month.
-- Fit for the public: a count under ten is withheld, every other rounded to the nearest ten, and percentages
-- are computed from rounded counts.

with

child_years as (
    select * from {{ ref('five_to_twelve__child_years') }}
    where
        is_health_linked
        and imd_quintile is not null
        and age_in_year > 0
),

counted as (
    select
        imd_quintile,
        count(distinct research_id) as children,
        count(distinct case when emergency_admissions_dv > 0 then research_id end) as children_admitted
    from child_years
    group by imd_quintile
),

shown as (
    select
        imd_quintile,
        {{ public_count('children', 10) | indent(8) }} as children,
        {{ public_count('children_admitted', 10) | indent(8) }} as children_admitted
    from counted
)

select
    imd_quintile,
    children,
    children_admitted,
    round(100.0 * children_admitted / children) as percent_admitted
from shown
where children is not null
order by imd_quintile
