with

disclosure_control as (
    select * from {{ ref('disclosure_control') }}
),
{% for relation, before_control in [('described', true), ('published', false)] %}
{{ relation }} as (
    {%- for study, names in tables_of_people().items() %}
    {%- set outer = loop %}
    {%- for name in names %}
    {%- set mart = study ~ '__' ~ name %}
    {%- set counts = [] %}
    {%- for column in columns_of_class(mart, 'quasi') + columns_of_class(mart, 'sensitive') %}
    {%- do counts.append({'name': 'count(' ~ column ~ ')', 'label': column}) %}
    {%- endfor %}
    select
        '{{ study }}' as study,
        '{{ name }}' as research_table,
        {{ unpivoted(counts or [{'name': 'count(*)', 'label': ''}]) }}
    from {{ ref('int_' ~ name ~ '_published' if before_control else mart) }}
    {%- if before_control %}
    where study = '{{ study }}'
    {%- endif %}
    {%- if not (outer.last and loop.last) %}
    union all
    {%- endif %}
    {%- endfor %}
    {%- endfor %}
),
{% endfor %}
values_counted as (
    select
        described.study,
        described.research_table,
        described.identifier as column_name,
        cast(described.value as bigint) as values_before,
        cast(published.value as bigint) as values_published
    from described
    inner join published
        on
            described.study = published.study
            and described.research_table = published.research_table
            and described.identifier = published.identifier
),

values_blanked as (
    select
        values_counted.study,
        values_counted.research_table,
        values_counted.column_name,
        {{ public_count('values_counted.values_before', 'disclosure_control.round_counts_to') | indent(8) }}
            as values_before,
        {{ public_count('values_counted.values_published', 'disclosure_control.round_counts_to') | indent(8) }}
            as values_published,
        {{ public_count(
            'values_counted.values_before - values_counted.values_published', 'disclosure_control.round_counts_to'
        ) | indent(8) }} as values_blanked
    from values_counted
    cross join disclosure_control
)

select * from values_blanked
