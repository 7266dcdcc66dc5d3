{{ config(materialized='transient') }}

with

requests as (
    select * from {{ ref('stg_surveys__requests') }}
),

participants_known as (
    select * from {{ ref('participants_known') }}
),

requests_checked as (
    select
        requests.source_table,
        requests.row_number,
        requests.study,
        requests.request_id,
        requests.made_by,
        requests.about,
        requests.scope,
        requests.domain,
        requests.request_type,
        requests.received_at,
        requests.field,
        maker.family_id as family_of_maker,
        about.family_id as family_of_about,
        coalesce(
            requests.row_fault,
            case
                when maker.participant_id is null or about.participant_id is null then 'unknown_participant'
            end
        ) as row_fault
    from requests
    left join participants_known as maker
        on
            requests.study = maker.study
            and requests.made_by = maker.participant_id
    left join participants_known as about
        on
            requests.study = about.study
            and requests.about = about.participant_id
)

select * from requests_checked
