{{ config(materialized='view') }}

with

records_landed as (
    {%- for table in landed_tables('pupil records') %}
    select
        source_table,
        row_number,
        '{{ table.supplier }}' as supplier,
        '{{ table.domain }}' as domain,
        delivery_id,
        pupil_matching_ref,
        row_fault
    from {{ ref(table.model) }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
)

select * from records_landed
