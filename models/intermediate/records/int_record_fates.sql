{%- set studies_published = research_tables() | join("', '") -%}

with

participants as (
    select * from {{ ref('int_participants') }}
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

pupil_records as (
    select * from {{ ref('int_pupil_records_counted') }}
),

agency_records as (
    select * from {{ ref('int_agency_records_counted') }}
),

pupil_records_judged as (
    select
        records.source_table,
        records.delivery_id,
        records.fault,
        records.faulty_row,
        records.records,
        case
            when records.fault is not null then 'quarantined'
            when pupils_published.delivery_id is not null then 'published'
            when not records.is_received then 'not_received_yet'
            when pupils_in_studies.pupil_matching_ref is null then 'nobody_in_a_study'
            when not pupils_in_studies.is_active then 'withdrawn'
            else 'not_permitted'
        end as fate
    from pupil_records as records
    left join pupils_in_studies
        on records.pupil_matching_ref = pupils_in_studies.pupil_matching_ref
    left join pupils_published
        on
            records.delivery_id = pupils_published.delivery_id
            and records.pupil_matching_ref = pupils_published.pupil_matching_ref
),

agency_records_judged as (
    select
        records.source_table,
        records.delivery_id,
        records.fault,
        records.faulty_row,
        records.records,
        case
            when records.fault is not null then 'quarantined'
            when not records.is_received then 'not_received_yet'
            else coalesce(people_judged.fate, 'erased')
        end as fate
    from agency_records as records
    left join people_judged
        on
            records.delivery_id = people_judged.delivery_id
            and records.participant_id = people_judged.participant_id
),

records_judged as (
    select * from pupil_records_judged
    union all
    select * from agency_records_judged
),

record_fates as (
    select
        source_table,
        fate,
        faulty_row as quarantined_row,
        delivery_id,
        fault as reason,
        cast(sum(records) as bigint) as records
    from records_judged
    group by all
)

select * from record_fates
