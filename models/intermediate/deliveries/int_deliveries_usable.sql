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

deliveries_permitted as (
    select * from {{ ref('int_deliveries_permitted') }}
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

-- DfE holds these records anyway: they are linked at the first instant from their receipt on at which
-- the linkage is permitted, and stay linked until deleted. A deletion is a no, so an interval
-- that begins before it has ended by then, and only those that begin after it count
last_permitted as (
    select
        intervals.study,
        intervals.participant_id,
        intervals.domain,
        intervals.answers_of,
        max(intervals.permitted_until) as permitted_until
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
    where
        intervals.permitted_from <= {{ as_of() }}
        and (last_deletions.deleted_at is null or intervals.permitted_from > last_deletions.deleted_at)
    group by intervals.study, intervals.participant_id, intervals.domain, intervals.answers_of
),

held_usable as (
    select
        last_permitted.study,
        last_permitted.participant_id,
        last_permitted.domain,
        last_permitted.answers_of,
        deliveries.delivery_id,
        deliveries.supplier,
        true as is_held_by_dfe
    from holders
    inner join deliveries
        on holders.delivery_id = deliveries.delivery_id
    inner join last_permitted
        on
            holders.study = last_permitted.study
            and holders.participant_id = last_permitted.participant_id
            and deliveries.domain = last_permitted.domain
            and deliveries.received_at < last_permitted.permitted_until
),

requested_usable as (
    select
        deliveries_permitted.study,
        deliveries_permitted.participant_id,
        deliveries_permitted.domain,
        deliveries_permitted.answers_of,
        deliveries_permitted.delivery_id,
        deliveries_permitted.supplier,
        false as is_held_by_dfe
    from people
    inner join deliveries_permitted
        on
            people.delivery_id = deliveries_permitted.delivery_id
            and people.study = deliveries_permitted.study
            and people.participant_id = deliveries_permitted.participant_id
),

deliveries_usable as (
    select * from held_usable
    union all
    select * from requested_usable
)

select * from deliveries_usable
