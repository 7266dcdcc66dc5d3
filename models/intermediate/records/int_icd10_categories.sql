{%- set digits = '0123456789' -%}
{%- set letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ' -%}

with

chapters as (
    select * from {{ ref('icd10_chapters') }}
),

code_lists as (
    select * from {{ ref('code_lists') }}
),

first_characters as (
    {%- for character in letters %}
    select '{{ character }}' as first_character
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

second_characters as (
    {%- for character in digits %}
    select '{{ character }}' as second_character
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

third_characters as (
    {%- for character in digits ~ letters %}
    select '{{ character }}' as third_character
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

shaped as (
    select
        first_characters.first_character
        || second_characters.second_character
        || third_characters.third_character as category
    from first_characters
    cross join second_characters
    cross join third_characters
),

-- a chapter is a range of categories: found here once, so that records need only an equal category
categories as (
    select
        shaped.category,
        icd10_category_labels.label,
        chapters.title as chapter
    from shaped
    inner join chapters
        on shaped.category between chapters.first_category and chapters.last_category
    {{ label_join('icd10_category', 'shaped.category') }}
)

select * from categories
