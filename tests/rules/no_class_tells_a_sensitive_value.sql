-- Distinct l-diversity: of each class of people a sensitive column shows at least `min_sensitive_values`
-- different values, or none; and none of a class that is too small.

{{ config(meta={'remedy':
    'Some class shows one value of `research_column` for all. Let its mart control the column, and declare '
    ~ 'the same in its YAML.',
}) }}

{%- set tables = tables_of_people() %}

with

disclosure_control as (
    select * from {{ ref('disclosure_control') }}
),

classes as (
    {%- for study, names in tables.items() %}
    {%- for name in names %}
    {%- set quasi_identifiers = columns_of_class(study ~ '__' ~ name, 'quasi') %}
    {%- set mart = ref(study ~ '__' ~ name) %}
    {%- for column in columns_of_class(study ~ '__' ~ name, 'sensitive') %}
    select
        '{{ study }}.{{ name }}.{{ column }}' as research_column,
        count(distinct {{ column }}) as different_values,
        count(distinct research_id) as people
    from {{ mart }}
    group by {{ quasi_identifiers | join(', ') }}
    union all
    {%- endfor %}
    {%- endfor %}
    {%- endfor %}
    select
        null as research_column,
        0 as different_values,
        0 as people
)

select
    classes.research_column,
    count(*) as classes_that_tell
from classes
cross join disclosure_control
where
    classes.different_values > 0
    and (
        classes.different_values < disclosure_control.min_sensitive_values
        or classes.people < disclosure_control.min_class_size
    )
group by classes.research_column
