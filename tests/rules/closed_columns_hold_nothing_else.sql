-- Every value in a column of a research table that is declared closed is on its published list, or has its
-- shape. So such a column need not be searched for identifiers, where the surname White would fail an ethnic
-- group. A list that does not exist holds nothing. Counts and columns, never values.

{{ config(meta={'remedy':
    '`research_column` holds what its declared list or shape does not. Add the code to '
    ~ '`seeds/code_lists.csv`, or let its model publish no other value.',
}) }}

{%- set listed = published_columns('closed_list') %}
{%- set shaped = published_columns('shape') %}
{%- set shapes = closed_shapes() %}

with

code_lists as (
    select * from {{ ref('code_lists') }}
),

linkage_characteristics as (
    select * from {{ ref('linkage_characteristics') }}
),

recodes as (
    select * from {{ ref('recodes') }}
),

texts_declared as (
    {{ rows_written(texts_declared(), ['word']) | indent(4) }}
),

words as (
    select
        code_list,
        label as word
    from code_lists
    union
    select
        'codes of ' || code_list as code_list,
        code as word
    from code_lists
    union
    select
        'characteristics of linkage' as code_list,
        characteristic as word
    from linkage_characteristics
    union
    select
        'categories of linkage' as code_list,
        category as word
    from linkage_characteristics
    union
    select
        'declarations' as code_list,
        word
    from texts_declared
    union
    select
        'declarations' as code_list,
        meaning as word
    from recodes
    union
    select
        'labels of every list' as code_list,
        label as word
    from code_lists
    union
    select
        'codes of every list' as code_list,
        code as word
    from code_lists
    union all
    select
        of_linkage.code_list,
        of_linkage.word
    from (
        values
        ('characteristics of linkage', 'all'),
        ('categories of linkage', 'All'),
        ('categories of linkage', 'Other or not known')
    ) as of_linkage (code_list, word)
),

listed_values as (
    {{ distinct_values(listed) | indent(4) }}
),

lists_of_columns as (
    {{ rows_written(listed, ['research_column', 'declared']) | indent(4) }}
),

values_unlisted as (
    select listed_values.research_column
    from listed_values
    inner join lists_of_columns
        on listed_values.research_column = lists_of_columns.research_column
    left join words
        on
            lists_of_columns.declared = words.code_list
            and listed_values.published_value = words.word
    where words.word is null
),

values_misshapen as (
    {%- for column in shaped %}
    select '{{ column.research_column }}' as research_column
    from {{ column.relation }}
    where
        {{ column.name }} is not null
        and not {{ is_shaped('cast(' ~ column.name ~ ' as string)', shapes[column.declared]) }}
    union all
    {%- endfor %}
    select cast(null as string) as research_column
    where false
),

values_not_closed as (
    select * from values_unlisted
    union all
    select * from values_misshapen
)

select
    research_column,
    count(*) as values_not_closed
from values_not_closed
group by research_column
