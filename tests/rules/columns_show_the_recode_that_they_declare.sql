-- What a research column shows is a fixed recode of what was landed, the same in every build: a rounded number is
-- a multiple of the recode's width and no higher than its highest, a band begins at a multiple and is as wide, a
-- group is one of its numbers. A recode that is declared and not in the seed is red too. What is cut to a month, a
-- short code or a list has its shape or list tested instead. Columns and counts, never values.

{{ config(meta={'remedy':
    'Let the model of `research_column` show the recode that its YAML declares, with the macros of '
    ~ '`macros/marts/recodes.sql`, and the seed `recodes` hold it.',
}) }}

with

recodes as (
    select * from {{ ref('recodes') }}
),

shown as (
    {%- set columns = published_columns('open', 'closed_list', 'shape') -%}
    {%- for column in columns if column.recode %}
    select distinct
        '{{ column.research_column }}' as research_column,
        '{{ column.recode }}' as recode,
        cast({{ column.name }} as string) as value_shown
    from {{ column.relation }}
    union all
    {%- endfor %}
    select
        cast(null as string) as research_column,
        cast(null as string) as recode,
        cast(null as string) as value_shown
    where false
),

numbers_shown as (
    select
        shown.*,
        {{ as_decimal("split_part(replace(shown.value_shown, 'under ', ''), ' ', 1)") }} as number_shown
    from shown
),

judged as (
    select
        numbers_shown.research_column,
        case
            when recodes.kind is null then false
            when recodes.kind = 'cut' or numbers_shown.value_shown is null then true
            when recodes.kind = 'rounded'
                then
                    numbers_shown.number_shown % recodes.width = 0
                    and (recodes.highest is null or numbers_shown.number_shown <= recodes.highest)
            when recodes.kind = 'grouped'
                then numbers_shown.number_shown between recodes.lowest and recodes.highest
            when recodes.kind = 'banded'
                then
                    numbers_shown.value_shown in (
                        'under ' || {{ whole('recodes.lowest') }},
                        {{ whole('recodes.highest') }} || ' or more'
                    )
                    or (
                        numbers_shown.number_shown % recodes.width = 0
                        and numbers_shown.number_shown between recodes.lowest and recodes.highest - recodes.width
                        and numbers_shown.value_shown = {{ whole('numbers_shown.number_shown') }} || ' to under '
                        || {{ whole('numbers_shown.number_shown + recodes.width') }}
                    )
        end as is_as_declared
    from numbers_shown
    left join recodes
        on numbers_shown.recode = recodes.recode
)

select
    research_column,
    count(*) as values_otherwise
from judged
where is_as_declared is distinct from true
group by research_column
