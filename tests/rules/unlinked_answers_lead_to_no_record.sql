-- SEND Futures, and any study whose answers carry `linked_child_research_id`: answers that may not be linked
-- must not be joinable to the records, by any chain of keys. The keys are not listed here: they are the
-- values of every column that is declared a pseudonym, or open. A value that is on both sides joins them,
-- apart from the link itself. And people fall into two sides that share no value: those with a link and who,
-- without answers, shares a value with them; and all others. So of the people who share a value with somebody
-- without a link, those who share one with these, and so on, none has a link, however long the chain.
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

with

values_of_answers as (
    {{ distinct_values(of_answers, beside='research_id') | indent(4) }}
),

values_of_records as (
    {{ distinct_values(of_records) | indent(4) }}
),

-- somebody who had both would be on both sides, and share all their values
people_who_answered as (
    {%- for link in links %}
    select
        research_id,
        linked_child_research_id is not null as is_linked
    from {{ link.relation }}
    union
    {%- endfor %}
    select
        cast(null as string) as research_id,
        false as is_linked
    where false
),

values_of_linked as (
    select distinct values_of_answers.published_value
    from values_of_answers
    inner join people_who_answered on values_of_answers.research_id = people_who_answered.research_id
    where people_who_answered.is_linked
),

people_beside_them as (
    select distinct
        values_of_answers.research_id,
        true as is_linked
    from values_of_answers
    inner join values_of_linked on values_of_answers.published_value = values_of_linked.published_value
    left join people_who_answered on values_of_answers.research_id = people_who_answered.research_id
    where people_who_answered.research_id is null
),

sides as (
    select * from people_who_answered
    union all
    select * from people_beside_them
),

values_of_sides as (
    select distinct
        coalesce(sides.is_linked, false) as is_linked,
        values_of_answers.research_column,
        values_of_answers.published_value
    from values_of_answers
    left join sides on values_of_answers.research_id = sides.research_id
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
        'without a link ' || apart.research_column || ' and with one ' || linked.research_column as joined_by,
        linked.published_value
    from values_of_sides as apart
    inner join values_of_sides as linked on apart.published_value = linked.published_value
    where
        not apart.is_linked
        and linked.is_linked
)

select
    joined_by,
    count(*) as joined
from joined
group by joined_by
