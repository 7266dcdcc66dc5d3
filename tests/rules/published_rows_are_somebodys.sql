-- Every de-identified row belongs to one study and is about somebody with a pseudonym: a join that lost its
-- other side shows here, before the marts take their study's rows.

{{ config(meta={'remedy':
    '`research_table` has rows of no study or without a pseudonym. Mend the join of the model that describes '
    ~ 'them.',
}) }}

{%- set described = tables_of_people().values() | sum(start=[]) | unique %}

with

rows_described as (
    {%- for name in described %}
    select
        '{{ name }}' as research_table,
        study,
        research_id
    from {{ ref('int_' ~ name ~ '_deidentified') }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
)

select
    research_table,
    count(*) as rows_of_nobody
from rows_described
where study is null or research_id is null
group by research_table
