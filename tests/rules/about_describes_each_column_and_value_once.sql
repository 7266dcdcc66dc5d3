-- The schema `about` describes every column of a research table once, and every value of a coded column once:
-- a description or label of another would mislead a reader, and none would leave them to guess. Columns and
-- counts, never values.

{{ config(meta={'remedy':
    'A column or a coded value is described twice in `about`, or a column not at all. Join its declaration to the '
    ~ 'seed by name or list, and keep it where the seed has no row for it.',
}) }}

with

declared as (
    {{ rows_written(research_columns(), ['table_schema', 'table_name', 'column_name']) | indent(4) }}
),

columns_described as (
    select * from {{ ref('about__columns') }}
),

value_labels as (
    select * from {{ ref('about__value_labels') }}
),

descriptions_counted as (
    select
        declared.table_schema,
        declared.table_name,
        declared.column_name,
        count(columns_described.column_name) as descriptions
    from declared
    left join columns_described
        on
            declared.table_schema = columns_described.table_schema
            and declared.table_name = columns_described.table_name
            and declared.column_name = columns_described.column_name
    group by declared.table_schema, declared.table_name, declared.column_name
    union all
    select
        table_schema,
        table_name,
        column_name,
        count(*) as descriptions
    from value_labels
    group by table_schema, table_name, column_name, value
)

select
    table_schema || '.' || table_name || '.' || column_name as research_column,
    descriptions
from descriptions_counted
where descriptions != 1
