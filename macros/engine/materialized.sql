{#- Written after `as`: a CTE that is computed once. DuckDB would inline each of a long chain of CTEs into
    the next, and planning the whole would take longer than running it. -#}

{% macro materialized() -%}{{ return(adapter.dispatch('materialized', 'studylink')()) }}{%- endmacro %}

{% macro duckdb__materialized() -%}materialized{%- endmacro %}

{#- Spark computes a CTE again for each that reads it, and plans the whole well enough -#}
{% macro spark__materialized() -%}{%- endmacro %}
