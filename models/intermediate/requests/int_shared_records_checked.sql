{{ config(materialized='transient') }}

with

shared_records as (
    select * from {{ ref('stg_governance__shared_records') }}
),

participants_known as (
    select * from {{ ref('participants_known') }}
),

shared_records_checked as (
    select
        shared_records.source_table,
        shared_records.row_number,
        shared_records.release_id,
        shared_records.project_id,
        shared_records.study,
        shared_records.participant_id,
        shared_records.domain,
        shared_records.shared_at,
        coalesce(
            shared_records.row_fault,
            case when participants_known.participant_id is null then 'unknown_participant' end
        ) as row_fault
    from shared_records
    left join participants_known
        on
            shared_records.study = participants_known.study
            and shared_records.participant_id = participants_known.participant_id
)

select * from shared_records_checked
