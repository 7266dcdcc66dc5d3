{#- The columns of a model as its YAML declares them, in their order, each with `name`, `data_type` and
    its `config.meta`; empty while dbt parses. -#}

{% macro declared_columns(model_name) -%}
    {%- set found = [] -%}
    {%- if execute -%}
        {%- for node in graph.nodes.values() if node.resource_type == 'model' and node.name == model_name -%}
            {%- do found.extend(node.columns.values()) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(found) }}
{%- endmacro %}
