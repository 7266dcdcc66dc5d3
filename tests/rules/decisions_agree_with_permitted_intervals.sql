-- Two readings of one rule must agree: the intervals, which follow every change through time, and the
-- decisions, which weigh the stances that stand at as_of. Objections and restrictions are not part of the
-- intervals: they say who is active, not what was permitted.

with

decisions as (
    select * from {{ ref('linkage_decisions') }}
    where reason not in ('objected', 'restricted')
),

intervals_now as (
    select * from {{ ref('int_permitted_intervals') }}
    where permitted_from <= {{ as_of() }} and permitted_until > {{ as_of() }}
)

select
    decisions.domain,
    decisions.answers_of,
    decisions.reason,
    count(*) as linkages
from decisions
left join intervals_now
    on
        decisions.study = intervals_now.study
        and decisions.participant_id = intervals_now.participant_id
        and decisions.domain = intervals_now.domain
        and decisions.answers_of = intervals_now.answers_of
where decisions.is_permitted != (intervals_now.participant_id is not null)
group by all
