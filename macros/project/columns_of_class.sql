{#- The columns of a model that are declared to be of a class, in their order; empty while dbt parses. -#}

{% macro columns_of_class(model_name, class) -%}
    {%- set found = [] -%}
    {%- if execute -%}
        {%- for node in graph.nodes.values() if node.resource_type == 'model' and node.name == model_name -%}
            {%- for column in node.columns.values() if column.config.meta.class == class -%}
                {%- do found.append(column.name) -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(found) }}
{%- endmacro %}
