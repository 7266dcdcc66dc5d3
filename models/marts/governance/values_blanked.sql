{%- set tables = research_tables() -%}

with

{% for study, names in tables.items() -%}
{% for name in names -%}
{% set mart = study ~ '__' ~ name -%}
{% set before, published = ref('int_' ~ name ~ '_published'), ref(mart) -%}
{% set columns = columns_of_class(mart, 'quasi') + columns_of_class(mart, 'sensitive') or ['null'] -%}
{{ mart }}_counted as (
    select
        '{{ study }}' as study,
        '{{ name }}' as research_table,
        columns_controlled.column_name,
        case columns_controlled.column_name
            {%- for column in columns %}
            when '{{ column }}' then before.values_{{ loop.index }}
            {%- endfor %}
        end as values_before,
        case columns_controlled.column_name
            {%- for column in columns %}
            when '{{ column }}' then published.values_{{ loop.index }}
            {%- endfor %}
        end as values_published
    from (values ('{{ columns | join("'), ('") }}')) as columns_controlled (column_name)
    {%- for alias, relation in [('before', before), ('published', published)] %}
    cross join (
        select
            {%- for column in columns %}
            count({{ column }}) as values_{{ loop.index }}{{ ',' if not loop.last }}
            {%- endfor %}
        from {{ relation }}
        {%- if alias == 'before' %}
        where study = '{{ study }}'
        {%- endif %}
    ) as {{ alias }}
    {%- endfor %}
),

{% endfor -%}
{% endfor -%}

values_counted as (
    {%- for study, names in tables.items() %}
    {%- set outer = loop %}
    {%- for name in names %}
    select * from {{ study }}__{{ name }}_counted
    {%- if not (outer.last and loop.last) %}
    union all
    {%- endif %}
    {%- endfor %}
    {%- endfor %}
),

values_blanked as (
    select
        study,
        research_table,
        column_name,
        values_before,
        values_published,
        values_before - values_published as values_blanked
    from values_counted
)

select * from values_blanked
