-- Records that DfE holds anyway are used only once they have come, and only if the linkage was permitted at
-- some instant from then until now: permission that ended before they came links nothing.

with

usable as (
    select * from {{ ref('int_deliveries_usable') }}
    where is_held_by_dfe
),

deliveries as (
    select * from {{ ref('stg_governance__deliveries') }}
    where
        row_fault is null
        and supplier = 'dfe'
        and study is null
        and request_sent_at is null
        and received_at <= {{ as_of() }}
),

last_permitted as (
    select
        study,
        participant_id,
        domain,
        answers_of,
        max(permitted_until) as permitted_until
    from {{ ref('int_permitted_intervals') }}
    where permitted_from <= {{ as_of() }}
    group by study, participant_id, domain, answers_of
)

select
    usable.domain,
    count(*) as uses
from usable
left join deliveries
    on
        usable.delivery_id = deliveries.delivery_id
        and usable.domain = deliveries.domain
left join last_permitted
    on
        usable.study = last_permitted.study
        and usable.participant_id = last_permitted.participant_id
        and usable.domain = last_permitted.domain
        and usable.answers_of = last_permitted.answers_of
where
    deliveries.delivery_id is null
    or last_permitted.participant_id is null
    or last_permitted.permitted_until <= deliveries.received_at
group by usable.domain
