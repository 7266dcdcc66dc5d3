with

linkages as (
    select * from {{ ref('int_linkages') }}
),

family_members as (
    select * from {{ ref('family_members') }}
),

erased as (
    select * from {{ ref('int_participants_inactive') }}
    where erased_at is not null
),

permissions as (
    select * from {{ ref('int_permissions_checked') }}
    where row_fault is null and answered_at <= {{ as_of() }}
),

requests as (
    select * from {{ ref('int_requests_covering') }}
    where request_type in ('stop_linkage', 'delete_linked', 'resume_linkage')
),

deletions_honoured as (
    select * from {{ ref('int_deletions') }}
    where is_honoured
),

-- a deletion that is not honoured deletes nothing: it counts as a stop
statements_made as (
    select
        study,
        records_of as participant_id,
        domain,
        answers_of,
        given_by as said_by,
        answered_at as said_at,
        answer = 'no' as is_no,
        answer = 'yes' as is_yes,
        'refused' as objection
    from permissions
    union all
    select
        linkages.study,
        linkages.participant_id,
        linkages.domain,
        linkages.answers_of,
        requests.made_by as said_by,
        requests.received_at as said_at,
        requests.request_type != 'resume_linkage' as is_no,
        requests.request_type = 'resume_linkage' as is_yes,
        case
            when deletions_honoured.request_id is null then 'stopped'
            else 'deletion_requested'
        end as objection
    from requests
    inner join linkages
        on
            requests.study = linkages.study
            and requests.participant_id = linkages.participant_id
            and requests.domain in ('all', linkages.domain)
    left join deletions_honoured
        on
            requests.study = deletions_honoured.study
            and requests.request_id = deletions_honoured.request_id
            and linkages.participant_id = deletions_honoured.participant_id
            and linkages.domain = deletions_honoured.domain
),

-- a no counts from an adult for anybody in the family and from a child for themself; a yes from somebody who
-- may give it at that instant; everything else is neutral
statements_weighed as (
    select
        linkages.study,
        linkages.participant_id,
        linkages.domain,
        linkages.answers_of,
        speaker.member_number,
        statements_made.said_at,
        case when erased.participant_id is null then speaker.participant_id end as said_by,
        speaker.participant_id = linkages.participant_id as is_own,
        case
            when
                statements_made.is_no
                and (speaker.is_adult or speaker.participant_id = linkages.participant_id)
                then 0
            when
                statements_made.is_yes
                and speaker.participant_id = linkages.participant_id
                and statements_made.said_at >= linkages.decides_from
                then 2
            when
                statements_made.is_yes
                and speaker.has_parental_responsibility
                and statements_made.said_at < linkages.decides_from
                then 2
            else 1
        end as weight,
        case statements_made.objection
            when 'deletion_requested' then 1
            when 'stopped' then 2
            else 3
        end as objection_order
    from statements_made
    inner join linkages
        on
            statements_made.study = linkages.study
            and statements_made.participant_id = linkages.participant_id
            and statements_made.domain = linkages.domain
            and statements_made.answers_of = linkages.answers_of
    inner join family_members as speaker
        on
            statements_made.study = speaker.study
            and statements_made.said_by = speaker.participant_id
    left join erased
        on
            speaker.study = erased.study
            and speaker.participant_id = erased.participant_id
),

-- at one instant no beats neutral beats yes
statements as (
    select
        study,
        participant_id,
        domain,
        answers_of,
        member_number,
        said_at,
        said_by,
        is_own,
        case min(weight) when 0 then 'no' when 1 then 'neutral' else 'yes' end as stance,
        case min(case when weight = 0 then objection_order end)
            when 1 then 'deletion_requested'
            when 2 then 'stopped'
            when 3 then 'refused'
        end as objection
    from statements_weighed
    group by all
)

select * from statements
