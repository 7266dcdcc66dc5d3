{{ config(materialized='transient') }}

with

deliveries as (
    select * from {{ ref('int_deliveries') }}
),

participants_known as (
    select * from {{ ref('participants_known') }}
),

agency_records as (
    select * from {{ ref('int_agency_records_landed') }}
),

records_checked as (
    select
        records.source_table,
        records.row_number,
        deliveries.delivery_id,
        deliveries.study,
        deliveries.is_received,
        records.participant_id,
        case
            when records.row_fault is not null then records.row_fault
            when deliveries.delivery_id is null then 'unknown_delivery'
            when
                deliveries.supplier != records.supplier
                or deliveries.domain != records.domain
                or deliveries.is_held_by_dfe
                then 'delivery_mismatch'
            when participants_known.participant_id is null then 'unknown_participant'
            when records.is_only_of_adults and not participants_known.is_adult then 'child_in_adult_learning'
        end as fault
    from agency_records as records
    left join deliveries
        on records.delivery_id = deliveries.delivery_id
    left join participants_known
        on
            deliveries.study = participants_known.study
            and records.participant_id = participants_known.participant_id
),

-- a faulty record keeps its own row
records_counted as (
    select
        source_table,
        delivery_id,
        study,
        is_received,
        participant_id,
        fault,
        case when fault is not null then row_number end as faulty_row,
        count(*) as records
    from records_checked
    group by all
)

select * from records_counted
