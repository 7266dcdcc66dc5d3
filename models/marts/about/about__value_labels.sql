{%- set declared = ['table_schema', 'table_name', 'column_name', 'code_list'] -%}

with

columns_of_codes as (
    {{ rows_written(research_columns() | selectattr('code_list') | list, declared) | indent(4) }}
),

code_lists as (
    select * from {{ ref('code_lists') }}
),

value_labels as (
    select
        columns_of_codes.table_schema,
        columns_of_codes.table_name,
        columns_of_codes.column_name,
        code_lists.code as value,
        code_lists.label
    from columns_of_codes
    inner join code_lists
        on columns_of_codes.code_list = code_lists.code_list
)

select * from value_labels
