-- SEND Futures, and any study whose answers carry `linked_child_research_id`: answers that may not be linked
-- must not be joinable to the records, by any chain of keys. The keys are not listed here: they are the
-- values of every column that is declared a pseudonym, or open. A value that is on both sides joins them,
-- apart from the link itself. And no link and no record is reached from people who have answers without a
-- link, through the people who share a value with them, those who share one with these, and so on.
--
-- `no_column_finds_the_records_of_answers` checks numbers of fewer than eight digits. Counts and columns,
-- never values.

{{ config(meta={'remedy':
    'A key leads from answers without a link to records. Do not publish it on both sides.',
}) }}

{%- set keys = columns_of_keys() | selectattr('is_of_people') | list %}
{%- set links = keys | selectattr('name', 'equalto', 'linked_child_research_id') | list %}
{%- set of_answers, of_records = [], [] %}
{%- for column in keys if column.study in links | map(attribute='study') %}
{%- do (of_records if column.is_of_records else of_answers).append(column) %}
{%- endfor %}

with recursive

values_of_answers as (
    {{ distinct_values(of_answers, beside='research_id') | indent(4) }}
),

values_of_records as (
    {{ distinct_values(of_records) | indent(4) }}
),

unlinked as (
    {%- for link in links %}
    select research_id
    from {{ link.relation }}
    where linked_child_research_id is null
    union
    {%- endfor %}
    select cast(null as string) as research_id
    where false
),

-- from a person to the values in their rows, and back
steps as (
    select
        research_id as step_from,
        published_value as step_to
    from values_of_answers
    union
    select
        published_value as step_from,
        research_id as step_to
    from values_of_answers
),

reached as (
    select research_id as key_reached from unlinked
    union
    select steps.step_to as key_reached
    from reached
    inner join steps on reached.key_reached = steps.step_from
),

values_never_to_be_reached as (
    select * from values_of_records
    union
    select
        research_column,
        published_value
    from values_of_answers
    where research_column like '%.linked_child_research_id'
),

joined as (
    select
        values_of_answers.research_column || ' and ' || values_of_records.research_column as joined_by,
        values_of_records.published_value
    from values_of_answers
    inner join values_of_records on values_of_answers.published_value = values_of_records.published_value
    where
        values_of_answers.research_column not like '%.linked_child_research_id'
        or values_of_records.research_column not like '%.research_id'
    union
    select
        'a chain of keys to ' || values_never_to_be_reached.research_column as joined_by,
        values_never_to_be_reached.published_value
    from reached
    inner join values_never_to_be_reached on reached.key_reached = values_never_to_be_reached.published_value
)

select
    joined_by,
    count(*) as joined
from joined
group by joined_by
