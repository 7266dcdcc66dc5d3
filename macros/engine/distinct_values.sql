{#- The distinct values of columns, as text: `research_column, published_value`, and another column of
    their tables where one is asked for `beside` them. Of numbers only whole ones of eight digits or more:
    counts, scores, weeks, marks and pounds have fewer, and would meet short ids, a school's six digits
    say, by chance. -#}

{% macro distinct_values(columns, beside=none) -%}{{ return(adapter.dispatch('distinct_values', 'studylink')(columns, beside)) }}{%- endmacro %}

{% macro duckdb__distinct_values(columns, beside) -%}
{%- for column in columns -%}
{%- set is_number = column.data_type in types_of_numbers() -%}
select distinct
    {%- if beside %}
    {{ beside }},
    {%- endif %}
    '{{ column.research_column }}' as research_column,
    cast({{ 'cast(' ~ column.name ~ ' as bigint)' if is_number else column.name }} as string) as published_value
from {{ column.relation }}
where
    {%- if is_number %}
    {{ column.name }} between 1e7 and 1e18
    and {{ column.name }} = floor({{ column.name }})
    {%- else %}
    {{ column.name }} is not null
    {%- endif %}
union all
{% endfor -%}
select
    {%- if beside %}
    cast(null as string) as {{ beside }},
    {%- endif %}
    cast(null as string) as research_column,
    cast(null as string) as published_value
where false
{%- endmacro %}

{#- Spark would read a table once for each column, and plans and sends each reading by itself: so a table is
    read once, and all values are made distinct together. -#}

{% macro spark__distinct_values(columns, beside) -%}
select distinct
    {%- if beside %}
    {{ beside }},
    {%- endif %}
    cell.research_column,
    cell.published_value
from (
    {%- for relation in columns | map(attribute='relation') | unique %}
    select
        {%- if beside %}
        {{ beside }},
        {%- endif %}
        explode(array(
            {%- for column in columns | selectattr('relation', 'equalto', relation) %}
            {%- set is_number = column.data_type in types_of_numbers() %}
            struct(
                '{{ column.research_column }}' as research_column,
                {%- if is_number %}
                case
                    when {{ column.name }} between 1e7 and 1e18 and {{ column.name }} = floor({{ column.name }})
                        then cast(cast({{ column.name }} as bigint) as string)
                end as published_value
                {%- else %}
                cast({{ column.name }} as string) as published_value
                {%- endif %}
            ){{ ',' if not loop.last }}
            {%- endfor %}
        )) as cell
    from {{ relation }}
    union all
    {%- endfor %}
    select
        {%- if beside %}
        cast(null as string) as {{ beside }},
        {%- endif %}
        struct(cast(null as string) as research_column, cast(null as string) as published_value) as cell
    where false
)
where cell.published_value is not null
{%- endmacro %}
