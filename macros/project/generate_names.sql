{#- Schemas and tables have the plain names that the documentation gives: no prefix for the target, and of
    `five_to_twelve__participants` only the part after the two underscores, except in staging. -#}

{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ custom_schema_name or target.schema }}
{%- endmacro %}

{% macro generate_alias_name(custom_alias_name=none, node=none) -%}
    {%- if custom_alias_name -%}
        {{ custom_alias_name }}
    {%- elif node.name.startswith('stg_') -%}
        {{ node.name }}
    {%- else -%}
        {{ node.name.split('__')[-1] }}
    {%- endif -%}
{%- endmacro %}
