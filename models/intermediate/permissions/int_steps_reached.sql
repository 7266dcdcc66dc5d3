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

-- by whatever answers the records may be added to: one linkage of a domain is enough
facts as (
    select
        study,
        records_of as participant_id,
        domain,
        true as was_asked,
        answer = 'yes' as said_yes,
        false as is_not_objected_to,
        false as is_permitted,
        false as is_usable
    from permissions
    union all
    select
        study,
        participant_id,
        domain,
        false as was_asked,
        false as said_yes,
        not is_blocked as is_not_objected_to,
        is_permitted,
        false as is_usable
    from decisions
    union all
    select
        study,
        participant_id,
        domain,
        false as was_asked,
        false as said_yes,
        false as is_not_objected_to,
        false as is_permitted,
        true as is_usable
    from linked
),

facts_of_domains as (
    select
        study,
        participant_id,
        domain,
        bool_or(was_asked) as was_asked,
        bool_or(said_yes) as said_yes,
        bool_or(is_not_objected_to) as is_not_objected_to,
        bool_or(is_permitted) as is_permitted,
        bool_or(is_usable) as is_usable
    from facts
    group by study, participant_id, domain
),

domains_linkable as (
    select distinct
        study,
        participant_id,
        domain,
        mode
    from linkages
),

-- of every linkable domain there is a decision
participants_in_domains as (
    select
        domains_linkable.study,
        domains_linkable.participant_id,
        domains_linkable.domain,
        domains_linkable.mode,
        facts_of_domains.was_asked,
        facts_of_domains.said_yes,
        facts_of_domains.is_not_objected_to,
        facts_of_domains.is_permitted,
        facts_of_domains.is_usable,
        families_taking_part.family_id is not null as took_part,
        domains_linkable.domain != 'education' or participants.is_adult or matches.participant_id is not null
            as is_matched
    from domains_linkable
    inner join participants
        on
            domains_linkable.study = participants.study
            and domains_linkable.participant_id = participants.participant_id
    inner join facts_of_domains
        on
            domains_linkable.study = facts_of_domains.study
            and domains_linkable.participant_id = facts_of_domains.participant_id
            and domains_linkable.domain = facts_of_domains.domain
    left join families_taking_part
        on
            participants.study = families_taking_part.study
            and participants.family_id = families_taking_part.family_id
    left join matches
        on
            domains_linkable.study = matches.study
            and domains_linkable.participant_id = matches.participant_id
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
