{#- Schemas and tables have the plain names that the documentation gives: no prefix for the target, and of
    `five_to_twelve__participants` only the part after the two underscores, except in staging. An engine
    without catalogs has the three databases as its schemas, and in them the models' whole names. -#}

{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ adapter.dispatch('schema_name', 'studylink')(custom_schema_name, node) }}
{%- endmacro %}

{% macro default__schema_name(custom_schema_name, node) -%}
    {{ custom_schema_name or target.schema }}
{%- endmacro %}

{#- What lives no longer than a run is in a catalog of its own. -#}

{% macro duckdb__schema_name(custom_schema_name, node) -%}
    {{ 'main' if node.config.materialized == 'transient' else custom_schema_name or target.schema }}
{%- endmacro %}

{% macro duckdb__generate_database_name(custom_database_name=none, node=none) -%}
    {{ 'transient' if node.config.materialized == 'transient' else custom_database_name or target.database }}
{%- endmacro %}

{% macro generate_alias_name(custom_alias_name=none, node=none) -%}
    {{ custom_alias_name or adapter.dispatch('alias_name', 'studylink')(node) }}
{%- endmacro %}

{% macro default__alias_name(node) -%}
    {{ plain_name(node) }}
{%- endmacro %}

{% macro plain_name(node) -%}
    {{ return(node.name if node.name.startswith('stg_') else node.name.split('__')[-1]) }}
{%- endmacro %}
