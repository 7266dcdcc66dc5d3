-- Nothing is lost: the fates of each landed table add up to its rows.

with

landed as (
    {%- for table in landed_tables() %}
    select source_table from {{ ref(table.model) }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

landed_counted as (
    select
        source_table,
        count(*) as landed_rows
    from landed
    group by source_table
),

fates_counted as (
    select
        source_table,
        sum(records) as rows_with_a_fate
    from {{ ref('record_reconciliation') }}
    group by source_table
)

select
    coalesce(landed_counted.source_table, fates_counted.source_table) as source_table,
    landed_counted.landed_rows,
    fates_counted.rows_with_a_fate
from landed_counted
full outer join fates_counted
    on landed_counted.source_table = fates_counted.source_table
where landed_counted.landed_rows is distinct from fates_counted.rows_with_a_fate
