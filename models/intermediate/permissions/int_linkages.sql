with

participants as (
    select * from {{ ref('int_participants') }}
),

policies as (
    select * from {{ ref('linkage_policies') }}
),

linkages as (
    select
        participants.study,
        participants.participant_id,
        policies.domain,
        policies.answers_of,
        policies.mode,
        participants.decides_from
    from participants
    inner join policies
        on
            participants.study = policies.study
            and participants.is_adult = (policies.records_of_role = 'adult')
)

select * from linkages
