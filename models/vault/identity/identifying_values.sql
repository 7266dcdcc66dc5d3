{{ config(materialized='view') }}

{#- Columns that identify nobody by their values: there are too few of them, or they are of research and not
    of people in it. -#}
{%- set nobodys = ['study', 'title', 'sex', 'project_id', 'release_id', 'researcher_id'] -%}
{#- Keys of what another key names: participants by their ids, and places, which have pseudonyms. -#}
{%- set named_elsewhere = [
    'given_by', 'records_of', 'made_by', 'about', 'provider_ukprn', 'provider_code', 'practice_code',
    'employer_paye_reference',
] -%}
{#- A key is the same wherever it is landed, and is taken from one table. -#}
{%- set keys_taken = [] -%}

with

places as (
    select * from {{ ref('place_pseudonyms') }}
),

values_landed as (
    {%- for table in landed_tables() %}
    {%- set relation, identifying, keys = ref(table.model), [], [] %}
    {%- for column in table.columns %}
    {%- set meta = column.config.meta %}
    {%- set name = meta.staged or column.name %}
    {%- set described = {'name': name, 'label': table.name ~ '.' ~ name} %}
    {%- if meta.class in ['direct', 'free_text'] and name not in nobodys %}
    {%- do identifying.append(described) %}
    {%- elif meta.class == 'key' and name not in nobodys + named_elsewhere + keys_taken %}
    {%- do keys.append(described) %}
    {%- do keys_taken.append(name) %}
    {%- endif %}
    {%- endfor %}
    {%- for columns, is_key in [(identifying, false), (keys, true)] if columns %}
    select
        {{ unpivoted(columns) }},
        row_number,
        {{ is_key | lower }} as is_key
    from {{ relation }}
    union all
    {%- endfor %}
    {%- endfor %}
    select
        'places.code' as identifier,
        code as value,
        cast(0 as bigint) as row_number,
        true as is_key
    from places
)

select * from values_landed
