with

participants_known as (
    select * from {{ ref('participants_known') }}
),

studies as (
    select * from {{ ref('studies') }}
),

participants as (
    select * from {{ ref('stg_surveys__participants') }}
    where row_fault != 'duplicate'
),

permissions as (
    select * from {{ ref('int_permissions_checked') }}
    where row_fault not in ('duplicate', 'outside_the_family')
),

requests as (
    select * from {{ ref('int_requests_checked') }}
    where row_fault != 'duplicate'
),

rows_unreadable as (
    select
        study,
        family_id,
        participant_id
    from participants
    union all
    select
        study,
        null as family_id,
        given_by as participant_id
    from permissions
    union all
    select
        study,
        null as family_id,
        records_of as participant_id
    from permissions
    union all
    select
        study,
        null as family_id,
        made_by as participant_id
    from requests
    union all
    select
        study,
        null as family_id,
        about as participant_id
    from requests
),

-- a row whose study is missing or unknown may belong to any study
rows_of_studies as (
    select
        studies.study,
        rows_unreadable.family_id,
        rows_unreadable.participant_id
    from rows_unreadable
    left join studies
        on rows_unreadable.study = studies.study
),

families_named as (
    select
        participants_known.study,
        participants_known.family_id
    from participants_known
    inner join rows_of_studies
        on
            participants_known.family_id = rows_of_studies.family_id
            and participants_known.study = coalesce(rows_of_studies.study, participants_known.study)
    union all
    select
        participants_known.study,
        participants_known.family_id
    from participants_known
    inner join rows_of_studies
        on
            participants_known.participant_id = rows_of_studies.participant_id
            and participants_known.study = coalesce(rows_of_studies.study, participants_known.study)
),

families_unreadable as (
    select distinct
        study,
        family_id
    from families_named
)

select * from families_unreadable
