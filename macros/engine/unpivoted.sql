{#- Columns laid under one another, in a select list: a row for each row and column, of which
    `identifier` says which column it was, by its `label`, and `value` what stood in it, as text. -#}

{% macro unpivoted(columns) -%}{{ return(adapter.dispatch('unpivoted', 'studylink')(columns)) }}{%- endmacro %}

{% macro duckdb__unpivoted(columns) -%}
unnest(['{{ columns | map(attribute='label') | join("', '") }}']) as identifier,
        unnest([
            {%- for column in columns %}
            cast({{ column.name }} as varchar){{ ',' if not loop.last }}
            {%- endfor %}
        ]) as value
{%- endmacro %}
