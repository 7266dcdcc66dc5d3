{#- All columns of a relation, some with another value: `replacements` maps a column to its expression. -#}

{% macro all_columns_replacing(relation, replacements) -%}{{ return(adapter.dispatch('all_columns_replacing', 'studylink')(relation, replacements)) }}{%- endmacro %}

{% macro duckdb__all_columns_replacing(relation, replacements) -%}
{{ relation }}.*
        replace (
            {%- for column, expression in replacements.items() %}
            {{ expression }} as {{ column }}{{ ',' if not loop.last }}
            {%- endfor %}
        )
{%- endmacro %}

{% macro spark__all_columns_replacing(relation, replacements) -%}
{{ relation }}.* except ({{ replacements | join(', ') }}),
        {%- for column, expression in replacements.items() %}
        {{ expression }} as {{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
{%- endmacro %}

{#- All columns of a query but one. -#}

{% macro all_columns_but(column) -%}{{ return(adapter.dispatch('all_columns_but', 'studylink')(column)) }}{%- endmacro %}

{% macro duckdb__all_columns_but(column) -%}
* exclude ({{ column }})
{%- endmacro %}

{% macro spark__all_columns_but(column) -%}
* except ({{ column }})
{%- endmacro %}
