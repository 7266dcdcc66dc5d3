with

deliveries as (
    select * from {{ ref('int_deliveries') }}
    where is_received and not is_held_by_dfe
),

requests as (
    select * from {{ ref('stg_request_log__outbound_requests') }}
    where as_of <= {{ as_of() }}
),

requests_ranked as (
    select
        deliveries.delivery_id,
        requests.request_id,
        requests.key_mark = {{ pseudonym('requests.study', "'request'", 'requests.request_id') }} as is_readable,
        row_number() over (
            partition by deliveries.delivery_id
            order by requests.as_of desc, requests.written_at desc, requests.request_id desc
        ) as latest_first
    from deliveries
    inner join requests
        on
            deliveries.supplier = requests.supplier
            and deliveries.study = requests.study
            and deliveries.domain = requests.domain
            and deliveries.request_sent_at >= requests.as_of
),

-- the newest or none: who was in an earlier request says nothing about this delivery
requests_answered as (
    select * from requests_ranked
    where latest_first = 1 and is_readable
),

deliveries_requested as (
    select
        deliveries.delivery_id,
        deliveries.supplier,
        deliveries.study,
        deliveries.domain,
        deliveries.request_sent_at,
        deliveries.received_at,
        deliveries.identifiers_deleted_at,
        deliveries.is_certified,
        requests_answered.request_id,
        case when requests_answered.request_id is null then 'rule' else 'request_log' end as request_known_from
    from deliveries
    left join requests_answered
        on deliveries.delivery_id = requests_answered.delivery_id
)

select * from deliveries_requested
