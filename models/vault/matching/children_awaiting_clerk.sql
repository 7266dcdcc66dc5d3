{{ config(materialized='view') }}

with

clerical_review as (
    select * from {{ ref('clerical_review') }}
),

children_awaiting_clerk as (
    select distinct
        study,
        participant_id
    from clerical_review
)

select * from children_awaiting_clerk
