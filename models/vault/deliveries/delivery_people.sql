with

deliveries as (
    select * from {{ ref('int_deliveries_requested') }}
),

holders as (
    select * from {{ ref('int_record_holders') }}
    where not is_held_by_dfe
),

participants as (
    select * from {{ ref('int_participants') }}
),

intervals as (
    select * from {{ ref('int_permitted_intervals') }}
),

people_requested as (
    select * from {{ ref('stg_request_log__people_requested') }}
),

-- the erased are not among the participants
people_delivered as (
    select
        holders.delivery_id,
        holders.study,
        holders.participant_id,
        deliveries.domain,
        deliveries.request_id,
        deliveries.request_known_from,
        deliveries.request_sent_at,
        deliveries.received_at,
        participants.objected_at,
        participants.restricted_at,
        participants.is_unreadable
    from holders
    inner join deliveries
        on holders.delivery_id = deliveries.delivery_id
    inner join participants
        on
            holders.study = participants.study
            and holders.participant_id = participants.participant_id
),

-- nobody's pseudonym is computed where the log has no request
people_of_requests as (
    select distinct
        study,
        participant_id
    from people_delivered
    where request_known_from = 'request_log'
),

people_logged as (
    select
        people_requested.request_id,
        people_of_requests.study,
        people_of_requests.participant_id
    from people_of_requests
    inner join people_requested
        on
            {{ pseudonym('people_of_requests.study', "'requested'", 'people_of_requests.participant_id') }}
            = people_requested.person
),

people_permitted as (
    select
        people_delivered.delivery_id,
        people_delivered.participant_id,
        bool_or(
            people_delivered.request_sent_at >= intervals.permitted_from
            and people_delivered.request_sent_at < intervals.permitted_until
        ) as is_permitted_at_request,
        bool_or(
            people_delivered.received_at >= intervals.permitted_from
            and people_delivered.received_at < intervals.permitted_until
        ) as is_permitted_at_receipt
    from people_delivered
    inner join intervals
        on
            people_delivered.study = intervals.study
            and people_delivered.participant_id = intervals.participant_id
            and people_delivered.domain = intervals.domain
    group by
        people_delivered.delivery_id,
        people_delivered.participant_id
),

people_judged as (
    select
        people_delivered.delivery_id,
        people_delivered.study,
        people_delivered.participant_id,
        case people_delivered.request_known_from
            when 'request_log' then people_logged.request_id is not null
            else
                coalesce(people_permitted.is_permitted_at_request, false)
                and coalesce(people_delivered.objected_at > people_delivered.request_sent_at, true)
                and coalesce(people_delivered.restricted_at > people_delivered.request_sent_at, true)
        end as is_requested,
        coalesce(people_permitted.is_permitted_at_receipt, false)
        and coalesce(people_delivered.objected_at > people_delivered.received_at, true) as is_permitted_at_receipt,
        people_delivered.is_unreadable
    from people_delivered
    left join people_permitted
        on
            people_delivered.delivery_id = people_permitted.delivery_id
            and people_delivered.participant_id = people_permitted.participant_id
    left join people_logged
        on
            people_delivered.request_id = people_logged.request_id
            and people_delivered.participant_id = people_logged.participant_id
),

-- an unreadable row may have been a no, or not: until that is known nothing is destroyed
delivery_people as (
    select
        delivery_id,
        study,
        participant_id,
        is_requested,
        is_permitted_at_receipt,
        is_requested and not is_permitted_at_receipt and not is_unreadable as is_withdrawn_in_transit
    from people_judged
)

select * from delivery_people
