with

people as (
    select * from {{ ref('vault__to_destroy') }}
),

deliveries as (
    select * from {{ ref('int_deliveries_requested') }}
),

fates as (
    select * from {{ ref('int_record_fates') }}
    where fate = 'withdrawn_in_transit'
),

people_counted as (
    select
        delivery_id,
        count(*) as participants
    from people
    group by delivery_id
),

records_counted as (
    select
        delivery_id,
        cast(sum(records) as bigint) as records
    from fates
    group by delivery_id
),

to_destroy as (
    select
        deliveries.delivery_id,
        deliveries.supplier,
        deliveries.study,
        deliveries.domain,
        people_counted.participants,
        records_counted.records
    from people_counted
    inner join deliveries
        on people_counted.delivery_id = deliveries.delivery_id
    left join records_counted
        on people_counted.delivery_id = records_counted.delivery_id
)

select * from to_destroy
