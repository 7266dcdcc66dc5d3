{#- The columns of a model that are declared to be of a class, in their order; empty while dbt parses. -#}

{% macro columns_of_class(model_name, class) -%}
    {%- set found = [] -%}
    {%- for column in declared_columns(model_name) if column.config.meta.class == class -%}
        {%- do found.append(column.name) -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{#- The columns of a research table from which others of the same row can be read, each with those
    others: what its YAML says it `tells`. Empty while dbt parses. -#}

{% macro columns_told(model_name) -%}
    {%- set found = {} -%}
    {%- for column in declared_columns(model_name) if column.config.meta.tells -%}
        {%- do found.update({column.name: column.config.meta.tells}) -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}
