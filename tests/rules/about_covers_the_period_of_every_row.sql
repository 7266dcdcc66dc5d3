-- `about` gives the first and last period of every table of people: a reader who plans with them must find no
-- table without, and no row before or after. Tables and counts, never values.

{{ config(meta={'remedy':
    '`about__coverage` leaves the table out, or gives another first or last period than its rows have.',
}) }}

with

coverage as (
    select * from {{ ref('about__coverage') }}
),

periods as (
    {%- for table in periods_of_tables() %}
    select
        '{{ table.study }}' as table_schema,
        '{{ table.name }}' as table_name,
        cast({{ table.period }} as string) as period
    from {{ ref(table.study ~ '__' ~ table.name) }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
)

select
    periods.table_schema || '.' || periods.table_name as research_table,
    count(*) as rows_outside
from periods
left join coverage
    on
        periods.table_schema = coverage.table_schema
        and periods.table_name = coverage.table_name
where
    coverage.table_name is null
    or periods.period not between coverage.first_period and coverage.last_period
group by periods.table_schema, periods.table_name
