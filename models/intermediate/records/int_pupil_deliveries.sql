{%- set tables = ['pupil_census', 'key_stage_2', 'absence', 'alternative_provision'] -%}

with

records as (
    {%- for table in tables %}
    select
        delivery_id,
        pupil_matching_ref
    from {{ ref('stg_dfe__' ~ table) }}
    where row_fault is null
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

matches as (
    select * from {{ ref('pupil_matches') }}
),

pupil_deliveries as (
    select distinct
        matches.study,
        matches.participant_id,
        records.delivery_id
    from records
    inner join matches
        on records.pupil_matching_ref = matches.pupil_matching_ref
)

select * from pupil_deliveries
