-- Nothing is lost: the fates of each landed table add up to its rows.

{%- set tables = [
    'stg_surveys__participants', 'stg_surveys__permissions', 'stg_surveys__requests',
    'stg_surveys__clerical_decisions', 'stg_surveys__parent_interviews', 'stg_surveys__parent_survey',
    'stg_surveys__child_survey', 'stg_dfe__pupils', 'stg_dfe__schools', 'stg_ons__postcodes', 'stg_ons__areas',
    'stg_governance__deliveries', 'stg_governance__shared_records', 'stg_governance__projects',
    'stg_governance__researchers',
] %}

with

landed as (
    {%- for table in tables %}
    select source_table from {{ ref(table) }}
    union all
    {%- endfor %}
    {%- for table in agency_tables() %}
    select source_table from {{ ref('stg_' ~ table.supplier ~ '__' ~ table.name) }}
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
