{{ config(materialized='transient') }}

with

participants as (
    select * from {{ ref('int_participants') }}
    where is_active and not is_adult
),

decisions as (
    select * from {{ ref('int_linkages_decided') }}
    where domain = 'education'
),

matches as (
    select * from {{ ref('pupil_matches') }}
),

awaiting_clerk as (
    select * from {{ ref('children_awaiting_clerk') }}
),

-- somebody's answers are set beside a match only where the linkage to them is permitted
children_permitted as (
    select
        study,
        participant_id,
        bool_or(answers_of != 'child') as is_linkable_for_parents,
        bool_or(answers_of = 'child') as is_linkable_for_child
    from decisions
    where is_permitted
    group by study, participant_id
),

children_linkable as (
    select
        participants.study,
        participants.participant_id,
        {{ age_band('participants.month_of_birth') | indent(8) }} as age_band,
        children_permitted.is_linkable_for_parents,
        children_permitted.is_linkable_for_child,
        matches.participant_id is not null as is_matched,
        awaiting_clerk.participant_id is not null as is_awaiting_clerk
    from participants
    inner join children_permitted
        on
            participants.study = children_permitted.study
            and participants.participant_id = children_permitted.participant_id
    left join matches
        on
            participants.study = matches.study
            and participants.participant_id = matches.participant_id
    left join awaiting_clerk
        on
            participants.study = awaiting_clerk.study
            and participants.participant_id = awaiting_clerk.participant_id
)

select * from children_linkable
