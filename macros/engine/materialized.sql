{#- Written after `as`: a CTE that is worked out once. DuckDB would put each of a long chain of CTEs
    into the next, and planning the whole then takes longer than running it. -#}

{% macro materialized() -%}{{ return(adapter.dispatch('materialized', 'studylink')()) }}{%- endmacro %}

{% macro duckdb__materialized() -%}materialized{%- endmacro %}
