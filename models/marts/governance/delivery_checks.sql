with

deliveries as (
    select * from {{ ref('int_deliveries_requested') }}
),

people as (
    select * from {{ ref('delivery_people') }}
),

fates as (
    select * from {{ ref('int_record_fates') }}
    where reason = 'unknown_participant'
),

-- rows, not people: the ids of unknown people are stored nowhere
unknown_counted as (
    select
        delivery_id,
        cast(sum(records) as bigint) as records_of_unknown_people
    from fates
    group by delivery_id
),

people_counted as (
    select
        delivery_id,
        count(*) as people,
        count(case when is_requested then 1 end) as people_in_request,
        count(case when not is_requested then 1 end) as people_not_requested,
        count(case when is_permitted_at_receipt then 1 end) as people_permitted_at_receipt,
        count(case when is_withdrawn_in_transit then 1 end) as people_withdrawn_meanwhile
    from people
    group by delivery_id
),

delivery_checks as (
    select
        deliveries.delivery_id,
        deliveries.supplier,
        deliveries.study,
        deliveries.domain,
        deliveries.request_sent_at,
        deliveries.received_at,
        deliveries.request_id,
        deliveries.request_known_from,
        coalesce(people_counted.people, 0) as people,
        coalesce(people_counted.people_in_request, 0) as people_in_request,
        coalesce(people_counted.people_not_requested, 0) as people_not_requested,
        coalesce(people_counted.people_permitted_at_receipt, 0) as people_permitted_at_receipt,
        coalesce(people_counted.people_withdrawn_meanwhile, 0) as people_withdrawn_meanwhile,
        coalesce(unknown_counted.records_of_unknown_people, 0) as records_of_unknown_people,
        coalesce(people_counted.people_not_requested, 0) > 0
        or unknown_counted.delivery_id is not null as is_flagged,
        deliveries.identifiers_deleted_at,
        not deliveries.is_certified as is_certificate_missing,
        case
            when not deliveries.is_certified then {{ days_between('deliveries.received_at', as_of()) }}
        end as certificate_days_missing
    from deliveries
    left join people_counted
        on deliveries.delivery_id = people_counted.delivery_id
    left join unknown_counted
        on deliveries.delivery_id = unknown_counted.delivery_id
)

select * from delivery_checks
