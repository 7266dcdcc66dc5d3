-- Nothing joins one study's tables to another's, and every pseudonym is one that the vault made for this
-- study and purpose: in tables of records the id of a participant's records, in all others the participant's
-- own, a family's in the one column for it, and otherwise a place's. So an id from the wrong side, or an HMAC
-- without the study, is found even if nobody is in both studies. Other columns share no value with another
-- study and hold nothing that looks like a pseudonym or hash. Counts and columns, never values.
--
-- Take a failing column out, or make it with the macro `pseudonym` from the study, in the vault.

{{ config(meta={'remedy':
    'Take the pseudonym in `research_column` from `pseudonyms` or `place_pseudonyms`, by its study and for '
    ~ 'its own purpose.',
}) }}

{%- set keys = columns_of_keys() %}
{%- set pseudonym_columns = keys | selectattr('is_pseudonym') | list %}
{%- set open_columns = keys | rejectattr('is_pseudonym') | list %}
{%- set kinds_by_name = {
    'family_research_id': 'family',
    'child_research_id': 'person',
    'linked_child_research_id': 'record',
} %}
{%- set described = [] %}
{%- for column in keys %}
{%- set of_a_person = 'record' if column.is_of_records else 'person' %}
{%- set kind = of_a_person if column.name == 'research_id' else kinds_by_name.get(column.name, 'place') %}
{%- do described.append({'research_column': column.research_column, 'study': column.study, 'kind': kind}) %}
{%- endfor %}

with

keys_of_the_vault as (
    select distinct
        study,
        kind,
        pseudonym as published_value
    from (
        {{ pseudonyms_of_the_vault() | indent(8) }}
    ) as pseudonyms_kept
),

columns_described as (
    {{ rows_written(described, ['research_column', 'study', 'kind']) | indent(4) }}
),

pseudonyms_published as (
    {{ distinct_values(pseudonym_columns) | indent(4) }}
),

open_values as (
    {{ distinct_values(open_columns) | indent(4) }}
),

open_values_of_studies as (
    select
        columns_described.study,
        open_values.research_column,
        open_values.published_value
    from open_values
    inner join columns_described on open_values.research_column = columns_described.research_column
),

values_of_studies as (
    select
        study,
        published_value
    from open_values_of_studies
    union
    select
        study,
        published_value
    from keys_of_the_vault
),

faults as (
    select
        pseudonyms_published.research_column,
        'not the vault''s for this study and column' as fault
    from pseudonyms_published
    inner join columns_described on pseudonyms_published.research_column = columns_described.research_column
    left join keys_of_the_vault
        on
            columns_described.study = keys_of_the_vault.study
            and columns_described.kind = keys_of_the_vault.kind
            and pseudonyms_published.published_value = keys_of_the_vault.published_value
    where keys_of_the_vault.published_value is null
    union all
    select
        open_values_of_studies.research_column,
        'stands in another study' as fault
    from open_values_of_studies
    inner join values_of_studies
        on
            open_values_of_studies.published_value = values_of_studies.published_value
            and open_values_of_studies.study != values_of_studies.study
    union all
    select
        research_column,
        'looks like a pseudonym and is not declared as one' as fault
    from open_values
    where {{ is_shaped('published_value', '[0-9A-Fa-f]{16,}') }}
    union all
    select
        'the vault' as research_column,
        'a pseudonym of two studies' as fault
    from keys_of_the_vault
    group by published_value
    having count(distinct study) > 1
)

select
    research_column,
    fault,
    count(*) as values_found
from faults
group by research_column, fault
