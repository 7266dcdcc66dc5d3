{#- The columns of a model that are declared to be of a class, in order; empty while dbt parses. -#}

{% macro columns_of_class(model_name, class) -%}
    {%- set found = [] -%}
    {%- for column in declared_columns(model_name) if column.config.meta.class == class -%}
        {%- do found.append(column.name) -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}
