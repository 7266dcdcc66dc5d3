{#- All columns of a relation, some with another value: `replacements` maps a column to its expression. -#}

{% macro all_columns_replacing(relation, replacements, without=[]) -%}{{ return(adapter.dispatch('all_columns_replacing', 'studylink')(relation, replacements, without)) }}{%- endmacro %}

{% macro duckdb__all_columns_replacing(relation, replacements, without) -%}
{{ relation }}.*
        {%- if without %} exclude ({{ without | join(', ') }}){% endif %}
        replace (
            {%- for column, expression in replacements.items() %}
            {{ expression }} as {{ column }}{{ ',' if not loop.last }}
            {%- endfor %}
        )
{%- endmacro %}

{#- All columns of a query but one. -#}

{% macro all_columns_but(column) -%}{{ return(adapter.dispatch('all_columns_but', 'studylink')(column)) }}{%- endmacro %}

{% macro duckdb__all_columns_but(column) -%}
* exclude ({{ column }})
{%- endmacro %}
