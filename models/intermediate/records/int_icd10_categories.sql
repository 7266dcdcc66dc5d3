with

chapters as (
    select * from {{ ref('icd10_chapters') }}
),

code_lists as (
    select * from {{ ref('code_lists') }}
),

letters as (
    {%- for letter in 'ABCDEFGHIJKLMNOPQRSTUVWXYZ' %}
    select '{{ letter }}' as letter
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

digits as (
    {%- for digit in range(10) %}
    select '{{ digit }}' as digit
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

shaped as (
    select letters.letter || tens.digit || units.digit as category
    from letters
    cross join digits as tens
    cross join digits as units
),

blocks as (
    select * from code_lists
    where code_list = 'icd10_block'
),

-- a chapter is a range of categories, and so is a block, whose code names the first and the last: found here once,
-- so that records need only an equal category
categories as (
    select
        shaped.category,
        icd10_category_labels.label,
        blocks.code as block,
        blocks.label as block_label,
        chapters.chapter,
        chapters.title as chapter_label,
        {{ coded('cause_of_death_group') }}
    from shaped
    inner join chapters
        on shaped.category between chapters.first_category and chapters.last_category
    left join blocks
        on shaped.category between left(blocks.code, 3) and right(blocks.code, 3)
    {{ label_join('icd10_category', 'shaped.category') }}
    {{ label_join('cause_of_death_group', 'chapters.cause_of_death_group') }}
)

select * from categories
