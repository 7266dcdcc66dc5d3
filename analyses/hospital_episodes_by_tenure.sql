-- How many hospital episodes do children have, by how their home is held?
-- Study: Five to Twelve. Grain: one row a tenure, as the family last named it.
-- Denominator: linked children of interviewed families, and not only those with an episode: a linked child
-- without one was not in hospital. Episodes of the calendar year of birth are left out, for most are the
-- birth. Linked says that some delivery may be used, not that every year is covered: rates compare groups
-- and are not yearly. A tenure of fewer than ten children has no row; where fewer than ten of it
-- have an episode, or have none, how many and their rate are blank. The next smallest are withheld too, until
-- those withheld are together ten or more.

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

episodes_counted as (
    select
        research_id,
        count(*) as episodes
    from hospital_episodes
    where age_in_year > 0
    group by research_id
),

tenures as (
    select
        children_linked.tenure,
        count(*) as children_linked,
        count(episodes_counted.research_id) as children_with_episodes,
        coalesce(sum(episodes_counted.episodes), 0) as episodes
    from children_linked
    left join episodes_counted
        on children_linked.research_id = episodes_counted.research_id
    group by children_linked.tenure
),

tenures_withheld as (
    select
        *,
        {{ may_be_published(['children_linked'], 'tenure', 10) | indent(8) }} as may_be_published,
        {{ may_be_published(
            ['children_with_episodes', 'children_linked - children_with_episodes'], 'tenure', 10
        ) | indent(8) }} as may_be_split
    from tenures
)

select
    tenure,
    children_linked,
    case when may_be_split then children_with_episodes end as children_with_episodes,
    case when may_be_split then round(1000.0 * episodes / children_linked) end as episodes_per_1000_children
from tenures_withheld
where may_be_published
order by tenure
