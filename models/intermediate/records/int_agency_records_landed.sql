{{ config(materialized='view') }}

with

records_landed as (
    {%- for table in landed_tables('agency records') %}
    select
        source_table,
        row_number,
        '{{ table.supplier }}' as supplier,
        '{{ table.domain }}' as domain,
        {{ table.adults_only | lower }} as is_only_of_adults,
        delivery_id,
        participant_id,
        row_fault
    from {{ ref(table.model) }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
)

select * from records_landed
