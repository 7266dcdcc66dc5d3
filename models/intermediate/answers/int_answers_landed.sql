{{ config(materialized='transient') }}

with

answers_landed as (
    {%- for table in landed_tables('answers') %}
    select
        source_table,
        row_number,
        '{{ table.name }}' as survey,
        '{{ table.answers_of }}' as answers_of,
        study,
        participant_id,
        wave,
        {{ table.dated }} as took_part_on,
        row_fault
    from {{ ref(table.model) }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
)

select * from answers_landed
