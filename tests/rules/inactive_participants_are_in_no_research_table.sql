-- Objected, erased or restricted: no row in any research table. And while a child is inactive, the answers of
-- the whole family are withheld, because they are about the child.

{{ config(meta={'remedy':
    '`research_table` has rows of people who are out, or of nobody. Join its model to the permission '
    ~ 'authority: `int_publishable_records` or `int_publishable_answers`.',
}) }}

{%- set tables = tables_of_people() %}
{%- set answers = landed_tables('answers') | map(attribute='name') | list %}

with

participants as (
    select * from {{ ref('int_participants') }}
    where not is_active or is_family_withheld
),

pseudonyms as (
    select * from {{ ref('pseudonyms') }}
),

people_out as (
    select
        pseudonyms.research_id,
        pseudonyms.record_research_id,
        participants.is_active
    from participants
    inner join pseudonyms
        on
            participants.study = pseudonyms.study
            and participants.participant_id = pseudonyms.participant_id
),

ids_out as (
    select
        research_id,
        is_active
    from people_out
    union
    select
        record_research_id as research_id,
        is_active
    from people_out
),

ids_published as (
    {%- for study, names in tables.items() %}
    {%- set outer = loop %}
    {%- for name in names %}
    select
        '{{ study }}.{{ name }}' as research_table,
        {{ name in answers }} as is_answers,
        research_id
    from {{ ref(study ~ '__' ~ name) }}
    {%- if 'linked_child_research_id' in declared_columns(study ~ '__' ~ name) | map(attribute='name') %}
    union all
    select
        '{{ study }}.{{ name }}: linked_child_research_id' as research_table,
        true as is_answers,
        linked_child_research_id as research_id
    from {{ ref(study ~ '__' ~ name) }}
    {%- endif %}
    {%- if not (outer.last and loop.last) %}
    union all
    {%- endif %}
    {%- endfor %}
    {%- endfor %}
),

-- the vault has no pseudonym for erased people: an id that belongs to nobody would be theirs
ids_known as (
    select research_id from pseudonyms
    union
    select record_research_id as research_id from pseudonyms
),

ids_not_to_be_published as (
    select ids_published.research_table
    from ids_published
    inner join ids_out
        on ids_published.research_id = ids_out.research_id
    where ids_published.is_answers or not ids_out.is_active
    union all
    select ids_published.research_table
    from ids_published
    left join ids_known
        on ids_published.research_id = ids_known.research_id
    where ids_known.research_id is null and ids_published.research_id is not null
)

select
    research_table,
    count(*) as published
from ids_not_to_be_published
group by research_table
