-- Do parents in more deprived areas report more difficulties of their child?
-- Study: Five to Twelve. Grain: one row a fifth of the Index of Multiple Deprivation.
-- Denominator: families with a total difficulties score, by their latest interview that has one. Those whose
-- area is not linked, or whose deprivation is blank, stand in a row of their own and not among the others.
-- A score of 17 or more is high. A fifth of fewer than ten families has no row, and a share is blank of which
-- fewer than ten have, or have not, a high score. The next smallest are withheld too, until those withheld
-- are together ten or more.

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
        cast(ceil(areas.imd_decile / 2.0) as integer) as deprivation_fifth
    from interviews_ranked
    left join areas
        on interviews_ranked.research_id = areas.research_id
    where interviews_ranked.newest_first = 1
),

fifths as (
    select
        deprivation_fifth,
        count(*) as families,
        count(case when child_sdq_total >= 17 then 1 end) as families_high,
        round(avg(child_sdq_total), 1) as mean_difficulties
    from families_in_areas
    group by deprivation_fifth
),

fifths_withheld as (
    select
        *,
        {{ may_be_published(['families'], 'deprivation_fifth', 10) | indent(8) }} as may_be_published,
        {{ may_be_published(
            ['families_high', 'families - families_high'], 'deprivation_fifth', 10
        ) | indent(8) }} as may_be_split
    from fifths
)

select
    coalesce(cast(deprivation_fifth as varchar), 'not known') as deprivation_fifth,
    families,
    mean_difficulties,
    case when may_be_split then round(100.0 * families_high / families) end as percent_high
from fifths_withheld
where may_be_published
order by deprivation_fifth
