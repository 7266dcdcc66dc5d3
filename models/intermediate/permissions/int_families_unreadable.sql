with

participants_known as (
    select * from {{ ref('participants_known') }}
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

participants_named as (
    select
        study,
        participant_id
    from participants
    union all
    select
        study,
        given_by as participant_id
    from permissions
    union all
    select
        study,
        records_of as participant_id
    from permissions
    union all
    select
        study,
        made_by as participant_id
    from requests
    union all
    select
        study,
        about as participant_id
    from requests
),

-- a row whose study is missing may be any study's
families_named as (
    select
        participants_known.study,
        participants_known.family_id
    from participants_known
    inner join participants
        on
            participants_known.family_id = participants.family_id
            and participants_known.study = coalesce(participants.study, participants_known.study)
    union all
    select
        participants_known.study,
        participants_known.family_id
    from participants_known
    inner join participants_named
        on
            participants_known.participant_id = participants_named.participant_id
            and participants_known.study = coalesce(participants_named.study, participants_known.study)
),

families_unreadable as (
    select distinct
        study,
        family_id
    from families_named
)

select * from families_unreadable
