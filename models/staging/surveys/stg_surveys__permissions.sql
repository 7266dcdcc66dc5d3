{{ config(materialized='transient') }}

with

landed as (
    select * from {{ source('surveys', 'permissions') }}
),

studies as (
    select * from {{ ref('studies') }}
),

linkage_policies as (
    select * from {{ ref('linkage_policies') }}
),

-- an answer about what is no longer linked, or not yet, is an answer all the same
answers_known as (
    select
        study,
        answers_of
    from linkage_policies
    {%- for table in landed_tables('answers') %}
    union all
    select
        '{{ table.study }}' as study,
        '{{ table.answers_of }}' as answers_of
    {%- endfor %}
),

{{ repeated_keys('surveys', 'permissions') }},

staged as (
    select
        landed.source_table,
        landed.row_number,
        landed.study,
        landed.permission_id,
        landed.given_by,
        landed.records_of,
        landed.domain,
        landed.answers_of,
        landed.answer,
        {{ as_timestamp('landed.answered_at') }} as answered_at,
        {{ as_integer('landed.wave') }} as wave,
        coalesce(
            repeated_keys.row_fault,
            {{ value_fault('surveys', 'permissions', 'landed') }}
        ) as row_fault
    from landed
    left join repeated_keys
        on
            landed.source_table = repeated_keys.source_table
            and landed.row_number = repeated_keys.row_number
)

select * from staged
