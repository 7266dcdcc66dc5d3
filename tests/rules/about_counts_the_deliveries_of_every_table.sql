-- `about` says how many deliveries stand behind each table of people, which tells a reader who finds nothing
-- whether anything came: those of the table's own study, supplier, domain and kind, each once. Counts alone.

{{ config(meta={'remedy':
    '`about__coverage` counts other deliveries of the table than may be used for somebody in its study.',
}) }}

with

coverage as (
    select * from {{ ref('about__coverage') }}
),

publishable as (
    select * from {{ ref('int_publishable_records') }}
),

deliveries_of_tables as (
    {%- for table in landed_tables('pupil records', 'agency records') %}
    select
        study,
        '{{ table.name }}' as table_name,
        delivery_id
    from publishable
    where
        supplier = '{{ table.supplier }}'
        and domain = '{{ table.domain }}'
        and {{ 'is_held_by_dfe' if table.kind == 'pupil records' else 'not is_held_by_dfe' }}
    {%- if not loop.last %}
    union
    {%- endif %}
    {%- endfor %}
),

counted as (
    select
        study,
        table_name,
        count(*) as deliveries
    from deliveries_of_tables
    group by study, table_name
)

select
    coverage.table_schema || '.' || coverage.table_name as research_table,
    coverage.deliveries as deliveries_told,
    counted.deliveries
from coverage
left join counted
    on
        coverage.table_schema = counted.study
        and coverage.table_name = counted.table_name
where coverage.deliveries is distinct from counted.deliveries
