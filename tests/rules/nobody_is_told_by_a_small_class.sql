-- k-anonymity, counted on distinct people: whatever combination of quasi-identifiers a research table
-- shows, a blank counting as a value of its own, it shows it of at least `min_class_size` people. So it
-- does of every subset of them. In a table of fewer people than that, no quasi-identifier is left.

{{ config(meta={'remedy':
    'Some class of `research_table` is too small. Let its mart control all its quasi-identifiers, and declare '
    ~ 'the same in its YAML.',
}) }}

{%- set tables = tables_of_people() %}

with

disclosure_control as (
    select * from {{ ref('disclosure_control') }}
),

classes as (
    {%- for study, names in tables.items() %}
    {%- set outer = loop %}
    {%- for name in names %}
    {%- set quasi_identifiers = columns_of_class(study ~ '__' ~ name, 'quasi') or ['null'] %}
    select
        '{{ study }}.{{ name }}' as research_table,
        {{ quasi_identifiers | join(' is not null or ') }} is not null as is_told_apart,
        count(distinct research_id) as people
    from {{ ref(study ~ '__' ~ name) }}
    group by {{ quasi_identifiers | join(', ') }}
    {%- if not (outer.last and loop.last) %}
    union all
    {%- endif %}
    {%- endfor %}
    {%- endfor %}
),

-- people without any value left are a class too, unless they are the whole table
classes_in_tables as (
    select
        *,
        count(*) over (partition by research_table) as classes_in_table
    from classes
)

select
    classes_in_tables.research_table,
    count(*) as small_classes
from classes_in_tables
cross join disclosure_control
where
    classes_in_tables.people < disclosure_control.min_class_size
    and (classes_in_tables.is_told_apart or classes_in_tables.classes_in_table > 1)
group by classes_in_tables.research_table
