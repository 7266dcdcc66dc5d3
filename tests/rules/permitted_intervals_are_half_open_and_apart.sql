-- At any instant a linkage is either permitted or not: its intervals have a length, never overlap, and are
-- split where the person begins to decide for themself.

with

intervals as (
    select
        *,
        lead(permitted_from) over (
            partition by study, participant_id, domain, answers_of
            order by permitted_from
        ) as next_from
    from {{ ref('int_permitted_intervals') }}
),

linkages as (
    select * from {{ ref('int_linkages') }}
)

select
    intervals.domain,
    count(*) as intervals
from intervals
inner join linkages
    on
        intervals.study = linkages.study
        and intervals.participant_id = linkages.participant_id
        and intervals.domain = linkages.domain
        and intervals.answers_of = linkages.answers_of
where
    intervals.permitted_until <= intervals.permitted_from
    or intervals.next_from < intervals.permitted_until
    or (intervals.permitted_from < linkages.decides_from and intervals.permitted_until > linkages.decides_from)
group by intervals.domain
