{#- The tables that still have rows about erased people, and how many; `tables` names for each the columns
    that hold an id. -#}

{% macro rows_of_erased(tables) -%}
with

erased as (
    select * from {{ ref('int_participants_inactive') }}
    where erased_at is not null
),

stored as (
    {%- for table, id_columns in tables.items() %}
    {%- set is_last = loop.last %}
    {%- for id_column in id_columns %}
    select
        '{{ table }}.{{ id_column }}' as stored_in,
        study,
        {{ id_column }} as participant_id
    from {{ ref(table) }}
    {{- '\n    union all' if not (is_last and loop.last) }}
    {%- endfor %}
    {%- endfor %}
)

select
    stored.stored_in,
    count(*) as stored_rows
from stored
inner join erased
    on
        stored.study = erased.study
        and stored.participant_id = erased.participant_id
group by stored.stored_in
{%- endmacro %}
