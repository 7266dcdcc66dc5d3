-- What is withheld of a row cannot be read from another column of it: a column that tells another, as a
-- month tells its year and a cause of death that the event was one, is blank wherever the other is.
-- Counts and columns, never values.

with

rows_that_tell as (
    {%- for study, names in tables_of_people().items() %}
    {%- for name in names %}
    {%- set mart = ref(study ~ '__' ~ name) %}
    {%- for column, others in columns_told(study ~ '__' ~ name).items() %}
    {%- for other in others %}
    select
        '{{ study }}.{{ name }}.{{ column }}' as research_column,
        '{{ other }}' as withheld_column
    from {{ mart }}
    where
        {{ column }} is not null
        and {{ other }} is null
    union all
    {%- endfor %}
    {%- endfor %}
    {%- endfor %}
    {%- endfor %}
    select
        cast(null as varchar) as research_column,
        cast(null as varchar) as withheld_column
    where false
)

select
    research_column,
    withheld_column,
    count(*) as rows_that_tell
from rows_that_tell
group by research_column, withheld_column
