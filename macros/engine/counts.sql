{#- How many different values an expression has within each partition, beside every row. -#}

{% macro count_distinct_over(expression, columns) -%}{{ return(adapter.dispatch('count_distinct_over', 'studylink')(expression, columns)) }}{%- endmacro %}

{% macro duckdb__count_distinct_over(expression, columns) -%}
count(distinct {{ expression }}) over ({{ 'partition by ' ~ columns | join(', ') if columns }})
{%- endmacro %}
