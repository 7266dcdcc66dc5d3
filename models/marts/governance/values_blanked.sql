{%- set counted = [] -%}

with

{% for study, names in research_tables().items() -%}
{% for name in names -%}
{% set mart = study ~ '__' ~ name -%}
{% set described, published = ref('int_' ~ name ~ '_published'), ref(mart) -%}
{% set columns = columns_of_class(mart, 'quasi') + columns_of_class(mart, 'sensitive') -%}
{{ mart }}_before as {{ materialized() }} (
    select
        {%- for column in columns %}
        count({{ column }}) as {{ column }},
        {%- endfor %}
        count(*) as all_rows
    from {{ described }}
    where study = '{{ study }}'
),

{{ mart }}_published as {{ materialized() }} (
    select
        {%- for column in columns %}
        count({{ column }}) as {{ column }},
        {%- endfor %}
        count(*) as all_rows
    from {{ published }}
),
{% for column in columns %}{% do counted.append((study, name, mart, column)) %}{% endfor %}
{% endfor -%}
{% endfor -%}

values_counted as (
    {%- for study, name, mart, column in counted or [('', '', 'five_to_twelve__areas', 'all_rows')] %}
    select
        '{{ study }}' as study,
        '{{ name }}' as research_table,
        '{{ column }}' as column_name,
        {{ mart }}_before.{{ column }} as values_before,
        {{ mart }}_published.{{ column }} as values_published
    from {{ mart }}_before
    cross join {{ mart }}_published
    {%- if not loop.last %}
    union all
    {%- endif %}
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
