{#- The agency tables: supplier, domain, and whom their rows name. -#}
{%- set tables = agency_tables() -%}
{%- set studies_published = research_tables() | join("', '") -%}

with

deliveries as (
    select * from {{ ref('int_deliveries') }}
),

participants_known as (
    select * from {{ ref('participants_known') }}
),

participants as (
    select * from {{ ref('int_participants') }}
),

pupils as (
    select * from {{ ref('stg_dfe__pupils') }}
    where row_fault is null
),

matches as (
    select * from {{ ref('pupil_matches') }}
),

people_judged as (
    select * from {{ ref('int_delivery_fates') }}
),

publishable as (
    select * from {{ ref('int_publishable_records') }}
    where study in ('{{ studies_published }}')
),

pupils_published as (
    select distinct
        delivery_id,
        pupil_matching_ref
    from publishable
    where is_held_by_dfe
),

-- of a pupil who is in several studies, or in none that has a say, one row
pupils_in_studies as (
    select
        matches.pupil_matching_ref,
        bool_or(participants.is_active) as is_active
    from matches
    inner join participants
        on
            matches.study = participants.study
            and matches.participant_id = participants.participant_id
    group by matches.pupil_matching_ref
),

{% for table in tables -%}
{{ table.name }} as (
    select
        records.source_table,
        records.row_number,
        deliveries.delivery_id,
        case
            when records.row_fault is not null then records.row_fault
            when deliveries.delivery_id is null then 'unknown_delivery'
            when
                deliveries.supplier != '{{ table.supplier }}'
                or deliveries.domain != '{{ table.domain }}'
                or deliveries.is_held_by_dfe != {{ table.of_pupils }}
                {%- if table.of_pupils %}
                or deliveries.study is not null
                {%- endif %}
                then 'delivery_mismatch'
            {%- if table.of_pupils %}
            when pupils.pupil_matching_ref is null then 'unknown_pupil'
            {%- else %}
            when participants_known.participant_id is null then 'unknown_participant'
            {%- endif %}
            {%- if table.adults_only %}
            when not participants_known.is_adult then 'child_in_adult_learning'
            {%- endif %}
        end as fault,
        case
            {%- if table.of_pupils %}
            when pupils_published.delivery_id is not null then 'published'
            when not deliveries.is_received then 'not_received_yet'
            when pupils_in_studies.pupil_matching_ref is null then 'nobody_in_a_study'
            when not pupils_in_studies.is_active then 'withdrawn'
            else 'not_permitted'
            {%- else %}
            when not deliveries.is_received then 'not_received_yet'
            else coalesce(people_judged.fate, 'erased')
            {%- endif %}
        end as fate
    from {{ ref('stg_' ~ table.supplier ~ '__' ~ table.name) }} as records
    left join deliveries
        on records.delivery_id = deliveries.delivery_id
    {%- if table.of_pupils %}
    left join pupils
        on records.pupil_matching_ref = pupils.pupil_matching_ref
    left join pupils_in_studies
        on records.pupil_matching_ref = pupils_in_studies.pupil_matching_ref
    left join pupils_published
        on
            records.delivery_id = pupils_published.delivery_id
            and records.pupil_matching_ref = pupils_published.pupil_matching_ref
    {%- else %}
    left join participants_known
        on
            deliveries.study = participants_known.study
            and records.participant_id = participants_known.participant_id
    left join people_judged
        on
            records.delivery_id = people_judged.delivery_id
            and records.participant_id = people_judged.participant_id
    {%- endif %}
),

{% endfor -%}

records_judged as (
    {%- for table in tables %}
    select * from {{ table.name }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

-- a quarantined record keeps its own row; all others are counted by delivery
record_fates as (
    select
        source_table,
        case when fault is null then fate else 'quarantined' end as fate,
        case when fault is not null then row_number end as quarantined_row,
        delivery_id,
        fault as reason,
        count(*) as records
    from records_judged
    group by all
)

select * from record_fates
