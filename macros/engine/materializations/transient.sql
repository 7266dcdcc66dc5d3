{#- The materialization of what several models read and nothing may keep, the rows of erased people above all:
    a table in memory, made once and gone when the run ends. Its definition stays as a view in `study.transient`,
    so that a run in which the model is not selected, and a command that opens what was published, read it
    through that (`create_transient_views` in studylink/landing.py). What memory does not hold is spilled encrypted. -#}

{% materialization transient, adapter='duckdb' %}
    {%- set found = load_cached_relation(this) -%}
    {%- set target_relation = this.incorporate(type='table') -%}

    {{ run_hooks(pre_hooks) }}

    {% call statement('definition') -%}
        create or replace view {{ target.database }}.transient.{{ adapter.quote(this.identifier) }} as (
            {{ compiled_code }}
        )
    {%- endcall %}

    {{ drop_relation_if_exists(found) }}
    {% call statement('main') -%}
        create table {{ target_relation }} as (
            {{ compiled_code }}
        )
    {%- endcall %}

    {{ run_hooks(post_hooks) }}

    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}
