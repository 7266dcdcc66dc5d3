{%- set tables = periods_of_tables() -%}

with

publishable as (
    select * from {{ ref('int_publishable_records') }}
),

rows_counted as (
    {%- for table in tables %}
    select
        '{{ table.study }}' as table_schema,
        '{{ table.name }}' as table_name,
        count(*) as rows_held,
        cast(min({{ table.period }}) as string) as first_period,
        cast(max({{ table.period }}) as string) as last_period
    from {{ ref(table.study ~ '__' ~ table.name) }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

tables_delivered as (
    {{ rows_written(
        landed_tables('pupil records', 'agency records'),
        ['name', 'supplier', 'domain', 'kind']
    ) | indent(4) }}
),

deliveries_counted as (
    select
        publishable.study,
        tables_delivered.name,
        count(distinct publishable.delivery_id) as deliveries
    from publishable
    inner join tables_delivered
        on
            publishable.supplier = tables_delivered.supplier
            and publishable.domain = tables_delivered.domain
            and publishable.is_held_by_dfe = (tables_delivered.kind = 'pupil records')
    group by publishable.study, tables_delivered.name
),

coverage as (
    select
        rows_counted.table_schema,
        rows_counted.table_name,
        rows_counted.rows_held,
        rows_counted.first_period,
        rows_counted.last_period,
        deliveries_counted.deliveries
    from rows_counted
    left join deliveries_counted
        on
            rows_counted.table_schema = deliveries_counted.study
            and rows_counted.table_name = deliveries_counted.name
)

select * from coverage
