-- From the birthday on which a young person decides for themself, only their own yes permits a linkage that
-- needs one. (SEND Futures: "we will ask them directly".)

with

intervals as (
    select * from {{ ref('int_permitted_intervals') }}
    where permitted_until > permitted_from
),

linkages as (
    select * from {{ ref('int_linkages') }}
    where mode = 'permission'
),

own_yeses as (
    select * from {{ ref('int_statements') }}
    where is_own and stance = 'yes'
)

select
    intervals.study,
    intervals.domain,
    count(*) as intervals
from intervals
inner join linkages
    on
        intervals.study = linkages.study
        and intervals.participant_id = linkages.participant_id
        and intervals.domain = linkages.domain
        and intervals.answers_of = linkages.answers_of
        and intervals.permitted_until > linkages.decides_from
left join own_yeses
    on
        intervals.study = own_yeses.study
        and intervals.participant_id = own_yeses.participant_id
        and intervals.domain = own_yeses.domain
        and intervals.answers_of = own_yeses.answers_of
        and linkages.decides_from <= own_yeses.said_at
        and intervals.permitted_until > own_yeses.said_at
where own_yeses.participant_id is null
group by all
