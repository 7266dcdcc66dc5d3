-- Who meets the expected standard at key stage 2, by household income?
-- Study: Five to Twelve. Grain: one row per band of yearly household income.
-- Denominator: linked children with a score in reading and in maths whose parent named an income in the interview
-- nearest to the school year of the tests. The expected standard is a score of 100 or more in both.
-- Fit for the public: a count under ten is withheld, every other rounded to the nearest ten, and percentages
-- are computed from rounded counts.

with

child_years as (
    select
        *,
        case
            when household_income < 25000 then '1: under 25,000 pounds'
            when household_income < 40000 then '2: 25,000 to under 40,000 pounds'
            else '3: 40,000 pounds or more'
        end as income_band
    from {{ ref('five_to_twelve__child_years') }}
    where
        is_expected_standard_dv is not null
        and household_income is not null
),

counted as (
    select
        income_band,
        count(distinct research_id) as children,
        count(distinct case when is_expected_standard_dv then research_id end) as children_at_standard
    from child_years
    group by income_band
),

shown as (
    select
        income_band,
        {{ public_count('children', 10) | indent(8) }} as children,
        {{ public_count('children_at_standard', 10) | indent(8) }} as children_at_standard
    from counted
)

select
    income_band,
    children,
    children_at_standard,
    round(100.0 * children_at_standard / children) as percent_at_standard
from shown
where children is not null
order by income_band
