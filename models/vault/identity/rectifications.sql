{{ config(materialized='transient') }}

with

requests_received as (
    select * from {{ ref('int_requests_received') }}
),

requests as (
    select * from {{ ref('stg_surveys__requests') }}
),

rectifications as (
    select
        requests_received.study,
        requests_received.request_id,
        requests_received.request_type,
        requests_received.made_by,
        requests_received.about,
        requests_received.scope,
        requests_received.received_at,
        requests_received.field,
        requests.new_value
    from requests_received
    inner join requests
        on
            requests_received.study = requests.study
            and requests_received.request_id = requests.request_id
            and requests.row_fault is null
    where
        requests_received.request_type = 'rectify'
        and requests.new_value is not null
        and not {{ is_blank('requests.new_value') }}
        and (
            requests_received.field in (
                'title', 'first_name', 'last_name', 'address_line_1', 'address_line_2',
                'town', 'postcode', 'email', 'phone'
            )
            or (requests_received.field = 'sex' and requests.new_value in ('F', 'M'))
            or (requests_received.field = 'date_of_birth' and {{ as_date('requests.new_value') }} is not null)
        )
)

select * from rectifications
