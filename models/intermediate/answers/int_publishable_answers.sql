with

participants as (
    select * from {{ ref('int_participants') }}
),

pseudonyms as (
    select * from {{ ref('pseudonyms') }}
),

answers_linked as (
    select * from {{ ref('int_answers_linked') }}
),

only_children as (
    select * from {{ ref('int_only_children') }}
),

-- while a child of the family is inactive, the whole family's answers are withheld: they are about
-- the child
publishable_answers as (
    select
        participants.study,
        participants.participant_id,
        {{ year_of('participants.month_of_birth') }} as year_of_birth,
        pseudonyms.research_id,
        pseudonyms.family_research_id,
        linked_children.record_research_id as linked_child_research_id,
        -- where records go under an id of their own, the child's other id would lead from one's answers to another's
        case when study_children.research_id = study_children.record_research_id then study_children.participant_id end
            as child_participant_id,
        case when study_children.research_id = study_children.record_research_id then study_children.research_id end
            as child_research_id
    from participants
    inner join pseudonyms
        on
            participants.study = pseudonyms.study
            and participants.participant_id = pseudonyms.participant_id
    left join answers_linked
        on
            participants.study = answers_linked.study
            and participants.participant_id = answers_linked.participant_id
    left join pseudonyms as linked_children
        on
            answers_linked.study = linked_children.study
            and answers_linked.child_participant_id = linked_children.participant_id
    left join only_children
        on
            participants.study = only_children.study
            and participants.family_id = only_children.family_id
    left join pseudonyms as study_children
        on
            only_children.study = study_children.study
            and only_children.participant_id = study_children.participant_id
    where participants.is_active and not participants.is_family_withheld
)

select * from publishable_answers
