-- Every column of a research table is of a type whose values can be searched for identifiers as they
-- stand: text, integers, doubles, booleans, dates. In a list, a map, a struct, JSON or an enum a value would
-- hide among others. Publish it in columns of its own, or in rows.

{{ config(meta={'remedy':
    'Publish what `research_column` holds in columns of its own, or in rows, as text, numbers, truth values '
    ~ 'or dates.',
}) }}

{%- set columns = published_columns('open', 'closed_list', 'shape') %}

with

types_declared as (
    {{ rows_written(columns, ['research_column', 'data_type']) | indent(4) }}
)

select research_column
from types_declared
where lower(data_type) not in ({{ "'" ~ searched_types() | join("', '") ~ "'" }})
