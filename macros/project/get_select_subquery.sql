{#- Rows of every research table are in one order, by their ids and then by all other columns. In the
    order in which they were landed or computed, rows of two tables could be put side by side. dbt calls
    this wherever a model has a contract. -#}

{% macro default__get_select_subquery(sql) %}
    select {{ adapter.dispatch('get_column_names', 'dbt')() }}
    from (
        {{ sql }}
    ) as model_subq
    {%- if model.config.database == 'research' %}
    {%- set ids, others = [], [] %}
    {%- for column in model.columns.values() %}
    {%- do (ids if column.config.meta.class == 'pseudonym' else others).append(column.name) %}
    {%- endfor %}
    order by {{ (ids + others) | join(' nulls last, ') }} nulls last
    {%- endif %}
{%- endmacro %}
