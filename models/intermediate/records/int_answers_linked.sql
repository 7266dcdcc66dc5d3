with

only_children as (
    select * from {{ ref('int_only_children') }}
),

participants as (
    select * from {{ ref('int_participants') }}
),

children_linked as (
    select * from {{ ref('int_children_linked') }}
),

answers as (
    select * from {{ ref('int_answers_landed') }}
    where
        row_fault is null
        and (took_part_on is null or took_part_on <= cast({{ as_of() }} as date))
),

-- nobody knows which permission covers answers given in the other's questionnaire: while any are published,
-- the person who gave them is not linked at all
answered_for_another as (
    select
        participants.study,
        participants.participant_id
    from participants
    inner join answers
        on
            participants.study = answers.study
            and participants.participant_id = answers.participant_id
    where answers.answers_of = case when participants.is_adult then 'child' else 'parent' end
),

-- a parent's answers are about the family's only child; if there are two, nothing says which
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

answers_of_either as (
    select * from answers_of_children
    union all
    select * from answers_of_parents
),

answers_linked as (
    select answers_of_either.*
    from answers_of_either
    left join answered_for_another
        on
            answers_of_either.study = answered_for_another.study
            and answers_of_either.participant_id = answered_for_another.participant_id
    where answered_for_another.participant_id is null
)

select * from answers_linked
