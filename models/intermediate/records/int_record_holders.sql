{{ config(materialized='view') }}

with

deliveries as (
    select * from {{ ref('int_deliveries') }}
    where is_received
),

matches as (
    select * from {{ ref('pupil_matches') }}
),

records_of_pupils as (
    {%- for table in agency_tables() if table.of_pupils %}
    select
        delivery_id,
        pupil_matching_ref
    from {{ ref('stg_' ~ table.supplier ~ '__' ~ table.name) }}
    where row_fault is null
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

records_of_participants as (
    {%- for table in agency_tables() if not table.of_pupils %}
    select
        delivery_id,
        participant_id
    from {{ ref('stg_' ~ table.supplier ~ '__' ~ table.name) }}
    where row_fault is null
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

record_holders as (
    select distinct
        matches.study,
        matches.participant_id,
        deliveries.delivery_id
    from records_of_pupils
    inner join matches
        on records_of_pupils.pupil_matching_ref = matches.pupil_matching_ref
    inner join deliveries
        on
            records_of_pupils.delivery_id = deliveries.delivery_id
            and deliveries.is_held
    union all
    select distinct
        deliveries.study,
        records_of_participants.participant_id,
        deliveries.delivery_id
    from records_of_participants
    inner join deliveries
        on
            records_of_participants.delivery_id = deliveries.delivery_id
            and not deliveries.is_held
)

select * from record_holders
