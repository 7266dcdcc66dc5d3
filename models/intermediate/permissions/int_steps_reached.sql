with

participants as (
    select * from {{ ref('int_participants') }}
    where is_active
),

linkages as (
    select * from {{ ref('int_linkages') }}
),

decisions as (
    select * from {{ ref('int_linkages_decided') }}
),

permissions as (
    select * from {{ ref('int_permissions_checked') }}
    where row_fault is null and answered_at <= {{ as_of() }}
),

participations as (
    select * from {{ ref('int_participations') }}
),

matches as (
    select * from {{ ref('pupil_matches') }}
),

linked as (
    select * from {{ ref('int_domains_linked') }}
),

families_taking_part as (
    select distinct
        study,
        family_id
    from participations
),

answered as (
    select
        study,
        records_of as participant_id,
        domain,
        bool_or(answer = 'yes') as said_yes
    from permissions
    group by study, records_of, domain
),

permitted as (
    select
        study,
        participant_id,
        domain,
        bool_or(is_permitted) as is_permitted,
        bool_or(reason not in ('stopped', 'deletion_requested', 'refused')) as is_not_objected_to
    from decisions
    group by study, participant_id, domain
),

participants_in_domains as (
    select
        linkages.study,
        linkages.domain,
        linkages.mode,
        linkages.participant_id,
        bool_or(families_taking_part.family_id is not null) as took_part,
        bool_or(answered.participant_id is not null) as was_asked,
        bool_or(coalesce(answered.said_yes, false)) as said_yes,
        bool_or(permitted.is_not_objected_to) as is_not_objected_to,
        bool_or(permitted.is_permitted) as is_permitted,
        bool_or(
            linkages.domain != 'education' or participants.is_adult or matches.participant_id is not null
        ) as is_matched,
        bool_or(linked.participant_id is not null) as is_usable
    from linkages
    inner join participants
        on
            linkages.study = participants.study
            and linkages.participant_id = participants.participant_id
    left join families_taking_part
        on
            participants.study = families_taking_part.study
            and participants.family_id = families_taking_part.family_id
    left join answered
        on
            linkages.study = answered.study
            and linkages.participant_id = answered.participant_id
            and linkages.domain = answered.domain
    left join permitted
        on
            linkages.study = permitted.study
            and linkages.participant_id = permitted.participant_id
            and linkages.domain = permitted.domain
    left join matches
        on
            linkages.study = matches.study
            and linkages.participant_id = matches.participant_id
    left join linked
        on
            linkages.study = linked.study
            and linkages.participant_id = linked.participant_id
            and linkages.domain = linked.domain
    group by linkages.study, linkages.domain, linkages.mode, linkages.participant_id
),

-- the steps of the other mode count as taken
steps_reached as (
    select
        study,
        participant_id,
        domain,
        mode,
        case
            when not took_part then 1
            when mode = 'permission' and not was_asked then 2
            when mode = 'permission' and not said_yes then 3
            when mode = 'standard' and not is_not_objected_to then 4
            when not is_permitted then 5
            when not is_matched then 6
            when not is_usable then 7
            else 8
        end as last_step
    from participants_in_domains
)

select * from steps_reached
