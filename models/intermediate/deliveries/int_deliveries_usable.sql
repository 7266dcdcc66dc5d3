with

deliveries as (
    select * from {{ ref('int_deliveries') }}
    where is_received
),

holders as (
    select * from {{ ref('int_record_holders') }}
    where is_held_by_dfe
),

people as (
    select * from {{ ref('delivery_people') }}
),

intervals as (
    select * from {{ ref('int_permitted_intervals') }}
),

active as (
    select
        study,
        participant_id
    from {{ ref('int_participants') }}
    where is_active
),

last_deletions as (
    select
        study,
        participant_id,
        domain,
        max(received_at) as deleted_at
    from {{ ref('int_deletions') }}
    where is_honoured
    group by study, participant_id, domain
),

intervals_of_active as (
    select
        intervals.*,
        last_deletions.deleted_at
    from intervals
    inner join active
        on
            intervals.study = active.study
            and intervals.participant_id = active.participant_id
    left join last_deletions
        on
            intervals.study = last_deletions.study
            and intervals.participant_id = last_deletions.participant_id
            and intervals.domain = last_deletions.domain
),

-- DfE holds the records anyway: they are linked at the first instant from their receipt on at which
-- the linkage is permitted, and stay linked until deleted. A deletion is a no, so an interval
-- that begins before it has ended by then, and only those that begin after it count
last_permitted as (
    select
        study,
        participant_id,
        domain,
        answers_of,
        max(permitted_until) as permitted_until
    from intervals_of_active
    where
        permitted_from <= {{ as_of() }}
        and (deleted_at is null or permitted_from > deleted_at)
    group by study, participant_id, domain, answers_of
),

held_usable as (
    select
        last_permitted.study,
        last_permitted.participant_id,
        last_permitted.domain,
        last_permitted.answers_of,
        deliveries.delivery_id,
        deliveries.supplier,
        deliveries.is_held_by_dfe
    from holders
    inner join deliveries
        on
            holders.delivery_id = deliveries.delivery_id
            and deliveries.is_held_by_dfe
    inner join last_permitted
        on
            holders.study = last_permitted.study
            and holders.participant_id = last_permitted.participant_id
            and deliveries.domain = last_permitted.domain
            and deliveries.received_at < last_permitted.permitted_until
),

-- everything else answers a request: permitted when it was sent and when the records came, not
-- deleted since, and the agency has certified that it deleted what it matched on
requested_usable as (
    select
        at_request.study,
        at_request.participant_id,
        at_request.domain,
        at_request.answers_of,
        deliveries.delivery_id,
        deliveries.supplier,
        deliveries.is_held_by_dfe
    from people
    inner join deliveries
        on
            people.delivery_id = deliveries.delivery_id
            and not deliveries.is_held_by_dfe
            and deliveries.is_certified
    inner join intervals_of_active as at_request
        on
            people.study = at_request.study
            and people.participant_id = at_request.participant_id
            and deliveries.domain = at_request.domain
            and deliveries.request_sent_at >= at_request.permitted_from
            and deliveries.request_sent_at < at_request.permitted_until
    inner join intervals_of_active as at_receipt
        on
            at_request.study = at_receipt.study
            and at_request.participant_id = at_receipt.participant_id
            and at_request.domain = at_receipt.domain
            and at_request.answers_of = at_receipt.answers_of
            and deliveries.received_at >= at_receipt.permitted_from
            and deliveries.received_at < at_receipt.permitted_until
    where at_request.deleted_at is null or deliveries.received_at > at_request.deleted_at
),

deliveries_usable as (
    select * from held_usable
    union all
    select * from requested_usable
)

select * from deliveries_usable
