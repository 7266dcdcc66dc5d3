{#- Landed tables whose rows are about a participant, and the column that says about whom. -#}
{%- set tables = [
    ('stg_surveys__participants', 'participant_id'),
    ('stg_surveys__permissions', 'records_of'),
    ('stg_surveys__clerical_decisions', 'participant_id'),
    ('stg_surveys__parent_interviews', 'participant_id'),
    ('stg_surveys__parent_survey', 'participant_id'),
    ('stg_surveys__child_survey', 'participant_id'),
    ('stg_governance__shared_records', 'participant_id'),
] -%}

with

erased as (
    select * from {{ ref('int_participants_inactive') }}
    where erased_at is not null
),

deliveries as (
    select * from {{ ref('int_deliveries') }}
),

people_requested as (
    select * from {{ ref('stg_register__people_requested') }}
),

rows_about_erased as (
    {%- for table, about in tables %}
    select landed.source_table
    from {{ ref(table) }} as landed
    inner join erased
        on
            landed.study = erased.study
            and landed.{{ about }} = erased.participant_id
    union all
    {%- endfor %}
    -- a request for the family speaks for others too, and stays
    select landed.source_table
    from {{ ref('stg_surveys__requests') }} as landed
    inner join erased
        on
            landed.study = erased.study
            and landed.about = erased.participant_id
    where landed.scope = 'person'
    union all
    -- what the register of requests holds of somebody is a token, made again here from the id
    select 'requests/' || people_requested.request_id as source_table
    from people_requested
    inner join erased
        on people_requested.person = {{ pseudonym('erased.study', "'requested'", 'erased.participant_id') }}
    {%- for table in agency_tables() if not table.of_pupils %}
    union all
    select landed.source_table
    from {{ ref('stg_' ~ table.supplier ~ '__' ~ table.name) }} as landed
    inner join deliveries
        on landed.delivery_id = deliveries.delivery_id
    inner join erased
        on
            deliveries.study = erased.study
            and landed.participant_id = erased.participant_id
    {%- endfor %}
),

to_purge as (
    select
        source_table,
        count(*) as rows
    from rows_about_erased
    group by source_table
)

select * from to_purge
