-- Distinct l-diversity: where people are told apart by quasi-identifiers, a sensitive column shows at
-- least `min_sensitive_values` different values of each class, or none.

{%- set tables = research_tables() %}

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
        count(distinct {{ column }}) as different_values
    from {{ mart }}
    where {{ quasi_identifiers | join(' is not null or ') }} is not null
    group by {{ quasi_identifiers | join(', ') }}
    union all
    {%- endfor %}
    {%- endfor %}
    {%- endfor %}
    select
        null as research_column,
        0 as different_values
)

select
    classes.research_column,
    count(*) as classes_that_tell
from classes
cross join disclosure_control
where classes.different_values between 1 and disclosure_control.min_sensitive_values - 1
group by classes.research_column
