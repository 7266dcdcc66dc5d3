{%- set declared = [
    'table_schema', 'table_name', 'position', 'column_name', 'label', 'description', 'data_type', 'unit', 'source',
    'recode', 'missing', 'class', 'code_list',
] -%}

with

declared as (
    {{ rows_written(research_columns(), declared) | indent(4) }}
),

recodes as (
    select * from {{ ref('recodes') }}
),

columns_described as (
    select
        declared.table_schema,
        declared.table_name,
        declared.position,
        declared.column_name,
        declared.label,
        declared.description,
        declared.data_type,
        cast(declared.unit as string) as unit,
        cast(declared.source as string) as source,
        recodes.meaning as recode,
        declared.missing,
        declared.class,
        declared.code_list
    from declared
    left join recodes
        on declared.recode = recodes.recode
)

select * from columns_described
