with

publishable as (
    select * from {{ ref('int_publishable_records') }}
),

participant_areas as (
    select * from {{ ref('participant_areas') }}
),

deliveries as (
    select * from {{ ref('int_deliveries') }}
    where not is_held_by_dfe and is_received and is_certified
),

participants as (
    select * from {{ ref('int_participants') }}
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

-- somebody is also linked who was asked about and of whom the agency had nothing, in a delivery whose request
-- was sent, and which came, while the linkage was permitted
asked_about as (
    select distinct
        intervals.study,
        intervals.participant_id,
        intervals.domain
    from intervals
    inner join participants
        on
            intervals.study = participants.study
            and intervals.participant_id = participants.participant_id
    inner join deliveries
        on
            intervals.study = deliveries.study
            and intervals.domain = deliveries.domain
            and intervals.permitted_from <= deliveries.request_sent_at
            and intervals.permitted_until > deliveries.received_at
    left join last_deletions
        on
            intervals.study = last_deletions.study
            and intervals.participant_id = last_deletions.participant_id
            and intervals.domain = last_deletions.domain
    where
        (last_deletions.deleted_at is null or deliveries.received_at > last_deletions.deleted_at)
        and (intervals.domain != 'education' or participants.is_adult)
),

domains_linked as (
    select
        study,
        participant_id,
        domain
    from publishable
    union
    select
        study,
        participant_id,
        domain
    from asked_about
    union
    select
        study,
        participant_id,
        'area' as domain
    from participant_areas
)

select * from domains_linked
