-- The first and last period that `about` gives of a table are those of its rows: a reader who plans with them
-- must find no row before or after. Tables and counts, never values.

{{ config(meta={'remedy': '`about__coverage` gives another first or last period than the rows of the table have.'}) }}

with

coverage as (
    select * from {{ ref('about__coverage') }}
),

periods as (
    {%- for table in periods_of_tables() %}
    select
        '{{ table.study }}' as table_schema,
        '{{ table.name }}' as table_name,
        cast({{ table.period }} as varchar) as period
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
inner join coverage
    on
        periods.table_schema = coverage.table_schema
        and periods.table_name = coverage.table_name
where periods.period not between coverage.first_period and coverage.last_period
group by periods.table_schema, periods.table_name
