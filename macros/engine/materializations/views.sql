{#- Spark plans a view anew for each that reads it, with all the views that it stands on: a chain of a few takes
    minutes. So there a view, and what is transient, is a table while the build runs, and is dropped when it ends,
    as it may hold rows of people who are nowhere else. -#}

{% materialization view, adapter='spark' -%}
    {{ return(materialization_table_spark()) }}
{%- endmaterialization %}

{% materialization transient, adapter='spark' -%}
    {{ return(materialization_table_spark()) }}
{%- endmaterialization %}

{% materialization view, adapter='databricks' -%}
    {{ return(materialization_table_databricks()) }}
{%- endmaterialization %}

{% materialization transient, adapter='databricks' -%}
    {{ return(materialization_table_databricks()) }}
{%- endmaterialization %}

{#- At the end of a run, in place of publishing: tables are there as soon as they are built. -#}

{% macro spark__publish(results) -%}
    {%- for result in results
        if result.node.config.materialized in ['view', 'transient'] and result.status == 'success' -%}
        {%- do adapter.drop_relation(api.Relation.create(
            database=result.node.database, schema=result.node.schema, identifier=result.node.alias, type='table'
        )) -%}
    {%- endfor -%}
{%- endmacro %}
