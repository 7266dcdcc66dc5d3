{{ config(materialized='transient') }}

with

deliveries as (
    select * from {{ ref('int_deliveries') }}
),

pupils as (
    select * from {{ ref('stg_dfe__pupils') }}
    where row_fault is null
),

pupil_records as (
    select * from {{ ref('int_pupil_records_landed') }}
),

records_checked as (
    select
        records.source_table,
        records.row_number,
        deliveries.delivery_id,
        deliveries.is_received,
        records.pupil_matching_ref,
        case
            when records.row_fault is not null then records.row_fault
            when deliveries.delivery_id is null then 'unknown_delivery'
            when
                deliveries.supplier != records.supplier
                or deliveries.domain != records.domain
                or not deliveries.is_held_by_dfe
                then 'delivery_mismatch'
            when pupils.pupil_matching_ref is null then 'unknown_pupil'
        end as fault
    from pupil_records as records
    left join deliveries
        on records.delivery_id = deliveries.delivery_id
    left join pupils
        on records.pupil_matching_ref = pupils.pupil_matching_ref
),

-- a faulty record keeps its own row
records_counted as (
    select
        source_table,
        delivery_id,
        is_received,
        pupil_matching_ref,
        fault,
        case when fault is not null then row_number end as faulty_row,
        count(*) as records
    from records_checked
    group by all
)

select * from records_counted
