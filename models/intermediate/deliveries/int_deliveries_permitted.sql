{{ config(materialized='transient') }}

with

deliveries as (
    select * from {{ ref('int_deliveries') }}
    where not is_held_by_dfe and is_received and is_certified
),

active as (
    select
        study,
        participant_id
    from {{ ref('int_participants') }}
    where is_active
),

intervals as (
    select * from {{ ref('int_permitted_intervals') }}
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

permitted_at_request as (
    select
        deliveries.delivery_id,
        deliveries.supplier,
        deliveries.received_at,
        intervals.study,
        intervals.participant_id,
        intervals.domain,
        intervals.answers_of
    from intervals
    inner join active
        on
            intervals.study = active.study
            and intervals.participant_id = active.participant_id
    inner join deliveries
        on
            intervals.study = deliveries.study
            and intervals.domain = deliveries.domain
            and intervals.permitted_from <= deliveries.request_sent_at
            and intervals.permitted_until > deliveries.request_sent_at
),

deliveries_permitted as (
    select
        permitted_at_request.study,
        permitted_at_request.participant_id,
        permitted_at_request.domain,
        permitted_at_request.answers_of,
        permitted_at_request.delivery_id,
        permitted_at_request.supplier
    from permitted_at_request
    inner join intervals as at_receipt
        on
            permitted_at_request.study = at_receipt.study
            and permitted_at_request.participant_id = at_receipt.participant_id
            and permitted_at_request.domain = at_receipt.domain
            and permitted_at_request.answers_of = at_receipt.answers_of
            and permitted_at_request.received_at >= at_receipt.permitted_from
            and permitted_at_request.received_at < at_receipt.permitted_until
    left join last_deletions
        on
            permitted_at_request.study = last_deletions.study
            and permitted_at_request.participant_id = last_deletions.participant_id
            and permitted_at_request.domain = last_deletions.domain
    where last_deletions.deleted_at is null or permitted_at_request.received_at > last_deletions.deleted_at
)

select * from deliveries_permitted
