-- Are children in more deprived areas more often admitted to hospital in an emergency?
-- Study: Five to Twelve. Grain: one row per fifth of the Index of Multiple Deprivation, 1 the most deprived.
-- Denominator: children linked to health records and to an area, and not only those with an episode: a linked
-- child without one was not in hospital. Linked says that some delivery may be used, not that every year is
-- covered: percentages compare groups and are not yearly. Emergency: an admission method of the codes 21 to 2D.
-- Fit for the public: a count under ten is withheld, every other rounded to the nearest ten, and percentages
-- are computed from rounded counts.

with

participants as (
    select * from {{ ref('five_to_twelve__participants') }}
),

areas as (
    select * from {{ ref('five_to_twelve__areas') }}
),

hospital_episodes as (
    select * from {{ ref('five_to_twelve__hospital_episodes') }}
),

emergencies as (
    select distinct research_id
    from hospital_episodes
    where admission_method like '2%'
),

counted as (
    select
        areas.imd_quintile,
        count(*) as children_linked,
        count(emergencies.research_id) as children_admitted
    from participants
    inner join areas
        on participants.research_id = areas.research_id
    left join emergencies
        on participants.research_id = emergencies.research_id
    where
        participants.role = 'child'
        and participants.is_health_linked
        and areas.imd_quintile is not null
    group by areas.imd_quintile
),

shown as (
    select
        imd_quintile,
        {{ public_count('children_linked', 10) | indent(8) }} as children_linked,
        {{ public_count('children_admitted', 10) | indent(8) }} as children_admitted
    from counted
)

select
    imd_quintile,
    children_linked,
    children_admitted,
    round(100.0 * children_admitted / children_linked) as percent_admitted
from shown
where children_linked is not null
order by imd_quintile
