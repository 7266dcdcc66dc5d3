-- Five to Twelve: families invited before the main survey are never linked to anything, area
-- included, whatever was said. And what cannot be read may have been a no.

with

participants as (
    select * from {{ ref('int_participants') }}
    where is_pilot or is_unreadable
),

linked as (
    select
        study,
        participant_id
    from {{ ref('int_permitted_intervals') }}
    union all
    select
        study,
        participant_id
    from {{ ref('int_domains_linked') }}
)

select
    participants.study,
    count(*) as linked
from participants
inner join linked
    on
        participants.study = linked.study
        and participants.participant_id = linked.participant_id
group by participants.study
