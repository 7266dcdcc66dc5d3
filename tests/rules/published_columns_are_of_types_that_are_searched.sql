-- Every column of a research table is of a type whose values can be searched for identifiers as they
-- stand: text, integers, doubles, booleans, dates. In a list, a map, a struct, JSON or an enum a value would
-- hide among others. Publish it in columns of its own, or in rows.

{{ config(meta={'remedy':
    'Publish what `research_column` holds in columns of its own, or in rows, as text, numbers, truth values '
    ~ 'or dates.',
}) }}

with

types_declared as (
    {%- for way in ['open', 'closed_list', 'shape'] %}
    {%- for column in published_columns(way) %}
    select
        '{{ column.research_column }}' as research_column,
        '{{ column.data_type | lower | replace("'", '') }}' as data_type
    union all
    {%- endfor %}
    {%- endfor %}
    select
        cast(null as string) as research_column,
        cast(null as string) as data_type
    where false
)

select research_column
from types_declared
where data_type not in ({{ "'" ~ searched_types() | join("', '") ~ "'" }})
