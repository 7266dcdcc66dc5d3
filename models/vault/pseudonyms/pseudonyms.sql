with

participants as (
    select * from {{ ref('int_participants') }}
),

answers_linked as (
    select * from {{ ref('int_answers_linked') }}
),

policies as (
    select * from {{ ref('linkage_policies') }}
),

-- where the same records may be added to some answers and not to others, records have an id of their own, and
-- a family's id is shared only by those who are alike in this
studies_with_records_apart as (
    select study
    from policies
    group by study
    having count(distinct answers_of) > 1
),

participants_keyed as (
    select
        participants.study,
        participants.participant_id,
        participants.family_id,
        case when apart.study is null then 'person' else 'record' end as record_kind,
        case
            when apart.study is null then 'family'
            when answers_linked.participant_id is null then 'family of unlinked answers'
            else 'family of linked answers'
        end as family_kind
    from participants
    left join studies_with_records_apart as apart
        on participants.study = apart.study
    left join answers_linked
        on
            participants.study = answers_linked.study
            and participants.participant_id = answers_linked.participant_id
),

pseudonyms as (
    select
        study,
        participant_id,
        family_id,
        {{ pseudonym('study', "'person'", 'participant_id') }} as research_id,
        {{ pseudonym('study', 'family_kind', 'family_id') }} as family_research_id,
        {{ pseudonym('study', 'record_kind', 'participant_id') }} as record_research_id
    from participants_keyed
)

select * from pseudonyms
