with

members as (
    select * from {{ ref('members') }}
),

participants as (
    select * from {{ ref('int_participants') }}
),

children_linked as (
    select * from {{ ref('int_children_linked') }}
),

only_children as (
    select
        study,
        family_id,
        max(participant_id) as participant_id
    from members
    where not is_adult
    group by study, family_id
    having count(*) = 1
),

-- a parent's answers are about the one child of the family; of two, nobody says which
answers_of_children as (
    select
        participants.study,
        participants.participant_id,
        participants.participant_id as child_participant_id
    from participants
    inner join children_linked
        on
            participants.study = children_linked.study
            and participants.participant_id = children_linked.participant_id
            and children_linked.answers_of = 'child'
),

answers_of_parents as (
    select
        participants.study,
        participants.participant_id,
        only_children.participant_id as child_participant_id
    from participants
    inner join only_children
        on
            participants.study = only_children.study
            and participants.family_id = only_children.family_id
    inner join children_linked
        on
            only_children.study = children_linked.study
            and only_children.participant_id = children_linked.participant_id
            and children_linked.answers_of = 'parent'
    where participants.is_adult
),

answers_linked as (
    select * from answers_of_children
    union all
    select * from answers_of_parents
)

select * from answers_linked
