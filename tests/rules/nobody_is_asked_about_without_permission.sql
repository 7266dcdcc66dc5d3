-- Everybody in an outbound file is active, not in a pilot or unreadable family, and had permitted what is
-- asked for at that moment, according to the intervals, which the decisions do not read. What is asked for
-- has a policy, and for a child it is never education.

{{ config(meta={'remedy':
    'Do not send the request to `supplier`. Make the models of requests from `int_people_requestable` alone.',
}) }}

with

requestable as (
    select * from {{ ref('int_people_requestable') }}
),

participants as (
    select * from {{ ref('int_participants') }}
),

intervals as (
    select * from {{ ref('int_permitted_intervals') }}
    where
        permitted_from <= {{ as_of() }}
        and permitted_until > {{ as_of() }}
),

inactive as (
    select * from {{ ref('int_participants_inactive') }}
),

unfounded as (
    select requestable.supplier
    from requestable
    left join participants
        on
            requestable.study = participants.study
            and requestable.participant_id = participants.participant_id
    left join intervals
        on
            requestable.study = intervals.study
            and requestable.participant_id = intervals.participant_id
            and requestable.domain = intervals.domain
    left join inactive
        on
            requestable.study = inactive.study
            and requestable.participant_id = inactive.participant_id
    where
        intervals.participant_id is null
        or inactive.participant_id is not null
        or participants.is_pilot
        or participants.is_unreadable
        or participants.participant_id is null
        or (requestable.domain = 'education' and not participants.is_adult)
)

select
    supplier,
    count(*) as people
from unfounded
group by supplier
