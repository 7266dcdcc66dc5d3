with

usable as (
    select * from {{ ref('int_deliveries_usable') }}
),

participants as (
    select * from {{ ref('int_participants') }}
),

pseudonyms as (
    select * from {{ ref('pseudonyms') }}
),

-- only records that DfE holds are a pupil's
matches as (
    select
        *,
        true as is_held_by_dfe
    from {{ ref('pupil_matches') }}
),

-- one row, however many answers the records may be added to: a record is published once
deliveries as (
    select distinct
        study,
        participant_id,
        domain,
        delivery_id,
        supplier,
        is_held_by_dfe
    from usable
),

publishable_records as (
    select
        deliveries.study,
        deliveries.supplier,
        deliveries.domain,
        deliveries.delivery_id,
        deliveries.is_held_by_dfe,
        deliveries.participant_id,
        matches.pupil_matching_ref,
        matches.match_quality,
        participants.is_adult,
        {{ year_of('participants.month_of_birth') }} as year_of_birth,
        pseudonyms.record_research_id as research_id
    from deliveries
    inner join participants
        on
            deliveries.study = participants.study
            and deliveries.participant_id = participants.participant_id
    inner join pseudonyms
        on
            deliveries.study = pseudonyms.study
            and deliveries.participant_id = pseudonyms.participant_id
    left join matches
        on
            deliveries.is_held_by_dfe = matches.is_held_by_dfe
            and deliveries.study = matches.study
            and deliveries.participant_id = matches.participant_id
    where not deliveries.is_held_by_dfe or matches.pupil_matching_ref is not null
)

select * from publishable_records
