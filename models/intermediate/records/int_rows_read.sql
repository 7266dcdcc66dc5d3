{{ config(materialized='view') }}

{#- Of these another model says what is wrong with a row. -#}
{%- set tables_checked = ['permissions', 'requests', 'clerical_decisions', 'shared_records'] -%}

with

rows_read as (
    {%- for table in landed_tables('statements', 'governance', 'register', 'reference') %}
    select
        source_table,
        row_number,
        cast({{ table.dated or 'null' }} as timestamp) as happened_at,
        row_fault
    from {{ ref('int_' ~ table.name ~ '_checked' if table.name in tables_checked else table.model) }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
)

select * from rows_read
