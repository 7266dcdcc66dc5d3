{#- Columns put under one another, in a select list: a row for each row and column, where `identifier` is
    the column's `label` and `value` what it held, as text. -#}

{% macro unpivoted(columns) -%}{{ return(adapter.dispatch('unpivoted', 'studylink')(columns)) }}{%- endmacro %}

{% macro duckdb__unpivoted(columns) -%}
unnest(['{{ columns | map(attribute='label') | join("', '") }}']) as identifier,
        unnest([
            {%- for column in columns %}
            cast({{ column.name }} as string){{ ',' if not loop.last }}
            {%- endfor %}
        ]) as value
{%- endmacro %}

{% macro spark__unpivoted(columns) -%}
stack(
            {{ columns | length }},
            {%- for column in columns %}
            '{{ column.label }}', cast({{ column.name }} as string){{ ',' if not loop.last }}
            {%- endfor %}
        ) as (identifier, value)
{%- endmacro %}
