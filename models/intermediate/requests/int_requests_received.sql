{{ config(materialized='transient') }}

with

requests_checked as (
    select * from {{ ref('int_requests_checked') }}
),

requests_received as (
    select
        study,
        request_id,
        made_by,
        about,
        scope,
        domain,
        request_type,
        received_at,
        field,
        family_of_maker = family_of_about as is_from_the_family
    from requests_checked
    where
        row_fault is null
        and received_at <= {{ as_of() }}
)

select * from requests_received
