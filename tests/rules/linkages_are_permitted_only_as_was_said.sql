-- Nobody's records are linked against a no that stands, without a yes that counts, or on a parent's yes that
-- has lapsed; and nobody is kept out whom everything that was said lets in. Read again from the landed
-- answers and requests, without the project's statements and intervals.

with

decisions as (
    select * from {{ ref('linkage_decisions') }}
    where reason not in ('objected', 'restricted', 'pilot', 'unreadable')
),

moments as (
    select
        study,
        participant_id,
        domain,
        answers_of,
        {{ as_of() }} as instant
    from decisions
),

{{ people_read_again() }},

{{ verdicts_read_again() }}

select
    decisions.domain,
    decisions.reason,
    count(*) as linkages
from decisions
inner join verdicts
    on
        decisions.study = verdicts.study
        and decisions.participant_id = verdicts.participant_id
        and decisions.domain = verdicts.domain
        and decisions.answers_of = verdicts.answers_of
where decisions.is_permitted != verdicts.is_permitted
group by decisions.domain, decisions.reason
