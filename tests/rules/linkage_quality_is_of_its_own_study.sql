-- Each study's linkage quality is shown by the characteristics that the seed names for that study: figures of
-- another study would mislead its researchers. Characteristics and counts.

{{ config(meta={'remedy': 'A study\'s `linkage_quality` shows rows of another: let it take its own study\'s alone.'}) }}

with

linkage_characteristics as (
    select distinct
        study,
        characteristic
    from {{ ref('linkage_characteristics') }}
),

shown as (
    {%- for study, tables in tables_of_counts().items() if 'linkage_quality' in tables %}
    select
        '{{ study }}' as study,
        characteristic
    from {{ ref(study ~ '__linkage_quality') }}
    where characteristic != 'all'
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
)

select
    shown.study,
    shown.characteristic,
    count(*) as rows_of_another_study
from shown
left join linkage_characteristics
    on
        shown.study = linkage_characteristics.study
        and shown.characteristic = linkage_characteristics.characteristic
where linkage_characteristics.study is null
group by shown.study, shown.characteristic
