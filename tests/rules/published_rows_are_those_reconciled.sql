-- The rows that the reconciliation calls published are those that researchers can count, table by table. A
-- pupil in both studies is published in each, so the national pupil tables may have more rows.

{%- set tables = tables_of_people() %}

with

published as (
    {%- for study, names in tables.items() %}
    {%- set outer = loop %}
    {%- for name in names if name not in ['areas', 'child_years'] %}
    select
        '{{ name }}' as research_table,
        '{{ study }}' as study,
        count(*) as published_rows
    from {{ ref(study ~ '__' ~ name) }}
    {%- if not (outer.last and loop.last) %}
    union all
    {%- endif %}
    {%- endfor %}
    {%- endfor %}
),

reconciled as (
    select
        regexp_extract(source_table, '([^/]+)$', 1) as research_table,
        sum(records) as records
    from {{ ref('record_reconciliation') }}
    where fate = 'published'
    group by research_table
),

published_counted as (
    select
        research_table,
        sum(published_rows) as published_rows,
        max(published_rows) as most_in_one_study
    from published
    group by research_table
)

select
    published_counted.research_table,
    published_counted.published_rows,
    reconciled.records
from published_counted
left join reconciled
    on published_counted.research_table = reconciled.research_table
where
    published_counted.most_in_one_study > coalesce(reconciled.records, 0)
    or published_counted.published_rows < coalesce(reconciled.records, 0)
    or (
        published_counted.research_table not in (
            {%- for table in landed_tables('pupil records') %}
            '{{ table.name }}'{{ ',' if not loop.last }}
            {%- endfor %}
        )
        and published_counted.published_rows != coalesce(reconciled.records, 0)
    )
