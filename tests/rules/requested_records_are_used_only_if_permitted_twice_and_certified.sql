-- Records that an agency sent on request are used only if they have come, the linkage was permitted when the
-- request was sent and when they came, and the agency has certified by now that it deleted the identities it
-- matched on. Read again from the statements and the deliveries as they landed.

with

deliveries as (
    select * from {{ ref('stg_governance__deliveries') }}
    where row_fault is null
),

usable as (
    select * from {{ ref('int_deliveries_usable') }}
    where not is_held_by_dfe
),

moments as (
    select distinct
        usable.study,
        usable.participant_id,
        usable.domain,
        usable.answers_of,
        deliveries.request_sent_at as instant
    from usable
    inner join deliveries on usable.delivery_id = deliveries.delivery_id
    union
    select distinct
        usable.study,
        usable.participant_id,
        usable.domain,
        usable.answers_of,
        deliveries.received_at as instant
    from usable
    inner join deliveries on usable.delivery_id = deliveries.delivery_id
),

{{ people_read_again() }},

{{ verdicts_read_again() }},

used_too_soon as (
    select usable.domain
    from usable
    left join deliveries
        on
            usable.delivery_id = deliveries.delivery_id
            and usable.study = deliveries.study
            and usable.domain = deliveries.domain
            and deliveries.received_at <= {{ as_of() }}
            and deliveries.identifiers_deleted_at <= {{ as_of() }}
    where deliveries.delivery_id is null
),

used_without_permission as (
    select usable.domain
    from usable
    inner join deliveries
        on usable.delivery_id = deliveries.delivery_id
    inner join verdicts
        on
            usable.study = verdicts.study
            and usable.participant_id = verdicts.participant_id
            and usable.domain = verdicts.domain
            and usable.answers_of = verdicts.answers_of
            and verdicts.instant in (deliveries.request_sent_at, deliveries.received_at)
    where not verdicts.is_permitted
),

used_wrongly as (
    select * from used_too_soon
    union all
    select * from used_without_permission
)

select
    domain,
    count(*) as uses
from used_wrongly
group by domain
