-- Do parents in more deprived areas report more difficulties of their child?
-- Study: Five to Twelve. Grain: one row per fifth of the Index of Multiple Deprivation.
-- Denominator: families with a total difficulties score, by their latest interview that has one. Those whose
-- area is not linked, or whose deprivation is blank, stand in a row of their own and not among the others.
-- A score of 14 or more is high.
-- Fit for the public: a count under ten is withheld, every other rounded to the nearest ten, and percentages
-- are computed from rounded counts.

with

parent_interviews as (
    select * from {{ ref('five_to_twelve__parent_interviews') }}
),

areas as (
    select * from {{ ref('five_to_twelve__areas') }}
),

interviews_ranked as (
    select
        research_id,
        family_research_id,
        child_sdq_total,
        row_number() over (
            partition by family_research_id
            order by wave desc, research_id asc
        ) as newest_first
    from parent_interviews
    where child_sdq_total is not null
),

families_in_areas as (
    select
        interviews_ranked.family_research_id,
        interviews_ranked.child_sdq_total,
        areas.imd_quintile as deprivation_fifth
    from interviews_ranked
    left join areas
        on interviews_ranked.research_id = areas.research_id
    where interviews_ranked.newest_first = 1
),

fifths_counted as (
    select
        deprivation_fifth,
        count(*) as families,
        count(case when child_sdq_total >= 14 then 1 end) as families_high
    from families_in_areas
    group by deprivation_fifth
),

fifths as (
    select
        coalesce(cast(deprivation_fifth as varchar), 'not known') as deprivation_fifth,
        {{ public_count('families', 10) | indent(8) }} as families,
        {{ public_count('families_high', 10) | indent(8) }} as families_high
    from fifths_counted
)

select
    deprivation_fifth,
    families,
    families_high,
    round(100.0 * families_high / families) as percent_high
from fifths
where families is not null
order by deprivation_fifth
