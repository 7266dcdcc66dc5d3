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

pupil_records as (
    select * from {{ ref('int_pupil_records_landed') }}
),

agency_records as (
    select * from {{ ref('int_agency_records_landed') }}
),

pupil_records_judged as (
    select
        records.source_table,
        records.row_number,
        deliveries.delivery_id,
        case
            when records.row_fault is not null then records.row_fault
            when deliveries.delivery_id is null then 'unknown_delivery'
            when
                deliveries.supplier != records.supplier
                or deliveries.domain != records.domain
                or not deliveries.is_held_by_dfe
                or deliveries.study is not null
                then 'delivery_mismatch'
            when pupils.pupil_matching_ref is null then 'unknown_pupil'
        end as fault,
        case
            when pupils_published.delivery_id is not null then 'published'
            when not deliveries.is_received then 'not_received_yet'
            when pupils_in_studies.pupil_matching_ref is null then 'nobody_in_a_study'
            when not pupils_in_studies.is_active then 'withdrawn'
            else 'not_permitted'
        end as fate
    from pupil_records as records
    left join deliveries
        on records.delivery_id = deliveries.delivery_id
    left join pupils
        on records.pupil_matching_ref = pupils.pupil_matching_ref
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
        records.row_number,
        deliveries.delivery_id,
        case
            when records.row_fault is not null then records.row_fault
            when deliveries.delivery_id is null then 'unknown_delivery'
            when
                deliveries.supplier != records.supplier
                or deliveries.domain != records.domain
                or deliveries.is_held_by_dfe
                then 'delivery_mismatch'
            when participants_known.participant_id is null then 'unknown_participant'
            when records.is_only_of_adults and not participants_known.is_adult then 'child_in_adult_learning'
        end as fault,
        case
            when not deliveries.is_received then 'not_received_yet'
            else coalesce(people_judged.fate, 'erased')
        end as fate
    from agency_records as records
    left join deliveries
        on records.delivery_id = deliveries.delivery_id
    left join participants_known
        on
            deliveries.study = participants_known.study
            and records.participant_id = participants_known.participant_id
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
