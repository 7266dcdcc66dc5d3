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

disclosure_control as (
    select * from {{ ref('disclosure_control') }}
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
        bool_or(is_permitted) as is_permitted
    from decisions
    group by study, participant_id, domain
),

-- a standard linkage needs no yes: everyone counts as asked, and as not having said no
participants_in_domains as (
    select
        linkages.study,
        linkages.domain,
        linkages.participant_id,
        bool_or(families_taking_part.family_id is not null) as took_part,
        bool_or(linkages.mode = 'standard' or answered.participant_id is not null) as was_asked,
        bool_or(linkages.mode = 'standard' or coalesce(answered.said_yes, false)) as said_yes,
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
    group by linkages.study, linkages.domain, linkages.participant_id
),

{% set steps = ['took_part', 'was_asked', 'said_yes', 'is_permitted', 'is_matched', 'is_usable'] -%}
{%- set names = ['took_part', 'asked', 'said_yes', 'permitted', 'matched', 'records_usable'] -%}
steps_counted as (
    select
        study,
        domain,
        1 as step_number,
        'invited' as step,
        count(*) as participants
    from participants_in_domains
    group by study, domain
    {%- for name in names %}
    union all
    select
        study,
        domain,
        {{ loop.index + 1 }} as step_number,
        '{{ name }}' as step,
        count(case when {{ steps[:loop.index] | join(' and ') }} then 1 end) as participants
    from participants_in_domains
    group by study, domain
    {%- endfor %}
),

steps_in_cells as (
    select
        steps_counted.*,
        disclosure_control.min_class_size,
        round(steps_counted.participants / disclosure_control.min_class_size) as cells
    from steps_counted
    cross join disclosure_control
),

-- rounded to the size of the smallest cell, so that two steps do not tell of the few between them
consent_flow as (
    select
        study,
        domain,
        step_number,
        step,
        case when participants >= min_class_size then cast(cells * min_class_size as bigint) end as participants
    from steps_in_cells
)

select * from consent_flow
