-- Who meets the expected standard at key stage 2, by household income?
-- Study: Five to Twelve. Grain: one row per band of yearly household income.
-- Denominator: linked children with a score in reading and in maths whose parent named an income, in the latest
-- interview that has one. The expected standard is a score of 100 or more in both.
-- Fit for the public: a count under ten is withheld, every other rounded to the nearest ten, and percentages
-- are computed from rounded counts.

with

parent_interviews as (
    select * from {{ ref('five_to_twelve__parent_interviews') }}
),

key_stage_2 as (
    select * from {{ ref('five_to_twelve__key_stage_2') }}
),

interviews_ranked as (
    select
        child_research_id,
        case
            when household_income < 25000 then '1: under 25,000 pounds'
            when household_income < 40000 then '2: 25,000 to under 40,000 pounds'
            else '3: 40,000 pounds or more'
        end as household_income,
        row_number() over (
            partition by child_research_id
            order by wave desc, research_id asc
        ) as newest_first
    from parent_interviews
    where
        child_research_id is not null
        and household_income is not null
),

counted as (
    select
        interviews_ranked.household_income,
        count(distinct key_stage_2.research_id) as children,
        count(distinct case
            when key_stage_2.reading_score >= 100 and key_stage_2.maths_score >= 100 then key_stage_2.research_id
        end) as children_at_standard
    from key_stage_2
    inner join interviews_ranked
        on
            key_stage_2.research_id = interviews_ranked.child_research_id
            and interviews_ranked.newest_first = 1
    where
        key_stage_2.reading_score is not null
        and key_stage_2.maths_score is not null
    group by interviews_ranked.household_income
),

shown as (
    select
        household_income,
        {{ public_count('children', 10) | indent(8) }} as children,
        {{ public_count('children_at_standard', 10) | indent(8) }} as children_at_standard
    from counted
)

select
    household_income,
    children,
    children_at_standard,
    round(100.0 * children_at_standard / children) as percent_at_standard
from shown
where children is not null
order by household_income
