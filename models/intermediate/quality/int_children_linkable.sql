{{ config(materialized='view') }}

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

linked as (
    select * from {{ ref('int_domains_linked') }}
    where domain = 'education'
),

-- a parent's answers are set beside a match only where the linkage to them is permitted
children_decided as (
    select
        study,
        participant_id,
        bool_or(is_permitted) as is_linkable,
        bool_or(is_permitted and answers_of != 'child') as is_linkable_for_parents
    from decisions
    group by study, participant_id
),

children_linkable as (
    select
        participants.study,
        participants.participant_id,
        participants.family_id,
        {{ age_band('participants.month_of_birth') | indent(8) }} as age_band,
        children_decided.is_linkable,
        children_decided.is_linkable_for_parents,
        matches.participant_id is not null as is_matched,
        linked.participant_id is not null as is_linked
    from participants
    inner join children_decided
        on
            participants.study = children_decided.study
            and participants.participant_id = children_decided.participant_id
    left join matches
        on
            participants.study = matches.study
            and participants.participant_id = matches.participant_id
    left join linked
        on
            participants.study = linked.study
            and participants.participant_id = linked.participant_id
)

select * from children_linkable
