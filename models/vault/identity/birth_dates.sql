{{ config(materialized='transient') }}

with

participants as (
    select * from {{ ref('stg_surveys__participants') }}
    where row_fault is null
),

studies as (
    select * from {{ ref('studies') }}
),

rectifications as (
    select * from {{ ref('rectifications') }}
    where field = 'date_of_birth'
),

landed as (
    select
        participants.study,
        participants.participant_id,
        participants.family_id,
        participants.role != 'child' as is_adult,
        participants.date_of_birth,
        studies.own_decision_age,
        {{ decides_from("participants.role != 'child'", 'participants.date_of_birth', 'studies.own_decision_age') }}
            as decides_from
    from participants
    inner join studies
        on participants.study = studies.study
),

-- who may correct anything is judged by the date of birth as landed: otherwise a correction could give
-- somebody the right to make it; that the new value is a date was judged in `rectifications`
corrections as (
    select
        member.study,
        member.participant_id,
        try_cast(rectifications.new_value as date) as date_of_birth,
        row_number() over (
            partition by member.study, member.participant_id
            order by rectifications.received_at desc, rectifications.request_id desc
        ) as newest_first
    from rectifications
    inner join landed as maker
        on
            rectifications.study = maker.study
            and rectifications.made_by = maker.participant_id
    inner join landed as about
        on
            maker.study = about.study
            and maker.family_id = about.family_id
            and rectifications.about = about.participant_id
    inner join landed as member
        on {{ request_covers('rectifications', 'maker', 'member', 'member.decides_from') }}
),

birth_dates as (
    select
        landed.study,
        landed.participant_id,
        landed.is_adult,
        landed.own_decision_age,
        landed.decides_from as decides_from_as_landed,
        coalesce(corrections.date_of_birth, landed.date_of_birth) as date_of_birth
    from landed
    left join corrections
        on
            landed.study = corrections.study
            and landed.participant_id = corrections.participant_id
            and corrections.newest_first = 1
)

select * from birth_dates
