{{ config(materialized='view') }}

with

children as (
    select * from {{ ref('identities_corrected') }}
    where role = 'child'
),

pupils as (
    select * from {{ ref('stg_dfe__pupils') }}
    where row_fault is null
),

matching as (
    select * from {{ ref('pupil_matching') }}
),

pupils_found as (
    select * from found_by_number
    union all
    select * from found_by_identity
)

select * from pupils_found
