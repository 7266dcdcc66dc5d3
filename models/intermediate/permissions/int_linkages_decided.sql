with

linkages as (
    select * from {{ ref('int_linkages') }}
),

participants as (
    select * from {{ ref('int_participants') }}
),

statements as (
    select * from {{ ref('int_statements') }}
),

statements_ranked as (
    select
        *,
        row_number() over (
            partition by study, participant_id, domain, answers_of, member_number
            order by said_at desc
        ) as newest_first
    from statements
),

stances as (
    select
        statements_ranked.*,
        participants.decides_for_themself
    from statements_ranked
    inner join participants
        on
            statements_ranked.study = participants.study
            and statements_ranked.participant_id = participants.participant_id
    where statements_ranked.newest_first = 1
),

own_stances as (
    select * from stances
    where is_own
),

-- the noes that block: all that stand, except other people's where somebody who decides for themself has
-- overruled them with a later yes of their own
noes_blocking as (
    select
        stances.study,
        stances.participant_id,
        stances.domain,
        stances.answers_of,
        stances.objection,
        stances.said_at,
        row_number() over (
            partition by stances.study, stances.participant_id, stances.domain, stances.answers_of
            order by
                stances.said_at desc,
                case stances.objection when 'deletion_requested' then 1 when 'stopped' then 2 else 3 end
        ) as newest_first
    from stances
    left join own_stances
        on
            stances.study = own_stances.study
            and stances.participant_id = own_stances.participant_id
            and stances.domain = own_stances.domain
            and stances.answers_of = own_stances.answers_of
    where
        stances.stance = 'no'
        and not (
            stances.decides_for_themself
            and not stances.is_own
            and coalesce(own_stances.stance = 'yes' and own_stances.said_at > stances.said_at, false)
        )
),

yeses as (
    select
        study,
        participant_id,
        domain,
        answers_of,
        max(case when is_own then said_at end) as own_yes_at,
        max(case when not is_own then said_at end) as adults_yes_at
    from stances
    where stance = 'yes'
    group by study, participant_id, domain, answers_of
),

linkages_weighed as (
    select
        linkages.study,
        linkages.participant_id,
        linkages.domain,
        linkages.answers_of,
        linkages.mode,
        linkages.decides_from,
        participants.decides_for_themself,
        participants.objected_at,
        participants.restricted_at,
        participants.is_pilot,
        participants.is_unreadable,
        noes_blocking.objection,
        noes_blocking.said_at as blocked_at,
        case
            when participants.decides_for_themself then yeses.own_yes_at
            else yeses.adults_yes_at
        end as yes_at,
        yeses.adults_yes_at
    from linkages
    inner join participants
        on
            linkages.study = participants.study
            and linkages.participant_id = participants.participant_id
    left join noes_blocking
        on
            linkages.study = noes_blocking.study
            and linkages.participant_id = noes_blocking.participant_id
            and linkages.domain = noes_blocking.domain
            and linkages.answers_of = noes_blocking.answers_of
            and noes_blocking.newest_first = 1
    left join yeses
        on
            linkages.study = yeses.study
            and linkages.participant_id = yeses.participant_id
            and linkages.domain = yeses.domain
            and linkages.answers_of = yeses.answers_of
),

linkages_reasoned as (
    select
        *,
        case
            when objected_at is not null then 'objected'
            when restricted_at is not null then 'restricted'
            when is_pilot then 'pilot'
            when is_unreadable then 'unreadable'
            when objection is not null then objection
            when mode = 'standard' or yes_at is not null then 'permitted'
            when decides_for_themself and adults_yes_at is not null then 'lapsed'
            else 'not_given'
        end as reason
    from linkages_weighed
),

linkages_decided as (
    select
        study,
        participant_id,
        domain,
        answers_of,
        reason = 'permitted' as is_permitted,
        objection is not null as is_blocked,
        reason,
        case reason
            when 'objected' then objected_at
            when 'restricted' then restricted_at
            when 'stopped' then blocked_at
            when 'deletion_requested' then blocked_at
            when 'refused' then blocked_at
            when 'lapsed' then decides_from
            when 'permitted' then case when mode = 'permission' then yes_at end
        end as decided_at
    from linkages_reasoned
)

select * from linkages_decided
