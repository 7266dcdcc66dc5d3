{{ config(materialized='view') }}

with

values_landed as (
    select * from {{ ref('identifying_values_landed') }}
),

identifying_values as (
    select
        identifier,
        value,
        row_number
    from values_landed
    where
        value is not null
        -- a key belongs to somebody, whatever it looks like
        and (is_key or not {{ is_nobodys('value') }})
)

select * from identifying_values
