with

withdrawn as (
    select * from {{ ref('int_records_withdrawn') }}
),

participants as (
    select * from {{ ref('int_participants') }}
),

-- the erased are not among the participants
releases_to_amend as (
    select
        withdrawn.release_id,
        withdrawn.project_id,
        withdrawn.study,
        withdrawn.participant_id,
        withdrawn.domain,
        withdrawn.withdrawn_at
    from withdrawn
    inner join participants
        on
            withdrawn.study = participants.study
            and withdrawn.participant_id = participants.participant_id
)

select * from releases_to_amend
