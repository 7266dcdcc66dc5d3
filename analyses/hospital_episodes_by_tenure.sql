-- How many children have been in hospital, by how their home is held?
-- Study: Five to Twelve. Grain: one row per tenure, as the family last named it.
-- Denominator: linked children of interviewed families, and not only those with an episode: a linked child
-- without one was not in hospital. Episodes of the calendar year of birth are left out, for most are the
-- birth. Linked says that some delivery may be used, not that every year is covered: percentages compare groups
-- and are not yearly.
-- Fit for the public: a count under ten is withheld, every other rounded to the nearest ten, and percentages
-- are computed from rounded counts.

with

participants as (
    select * from {{ ref('five_to_twelve__participants') }}
),

hospital_episodes as (
    select * from {{ ref('five_to_twelve__hospital_episodes') }}
),

parent_interviews as (
    select * from {{ ref('five_to_twelve__parent_interviews') }}
),

interviews_ranked as (
    select
        family_research_id,
        tenure,
        row_number() over (
            partition by family_research_id
            order by wave desc, research_id asc
        ) as newest_first
    from parent_interviews
    where tenure is not null
),

children_linked as (
    select
        participants.research_id,
        interviews_ranked.tenure
    from participants
    inner join interviews_ranked
        on
            participants.family_research_id = interviews_ranked.family_research_id
            and interviews_ranked.newest_first = 1
    where
        participants.role = 'child'
        and participants.is_health_linked
),

children_with_episodes as (
    select distinct research_id
    from hospital_episodes
    where age_in_year > 0
),

tenures_counted as (
    select
        children_linked.tenure,
        count(*) as children_linked,
        count(children_with_episodes.research_id) as children_with_episodes
    from children_linked
    left join children_with_episodes
        on children_linked.research_id = children_with_episodes.research_id
    group by children_linked.tenure
),

tenures as (
    select
        tenure,
        {{ public_count('children_linked', 10) | indent(8) }} as children_linked,
        {{ public_count('children_with_episodes', 10) | indent(8) }} as children_with_episodes
    from tenures_counted
)

select
    tenure,
    children_linked,
    children_with_episodes,
    round(100.0 * children_with_episodes / children_linked) as percent_with_episodes
from tenures
where children_linked is not null
order by tenure
