with

withdrawn as (
    select * from {{ ref('int_records_withdrawn') }}
),

inactive as (
    select * from {{ ref('int_participants_inactive') }}
),

releases_to_amend as (
    select
        withdrawn.release_id,
        withdrawn.project_id,
        withdrawn.study,
        withdrawn.domain,
        count(*) as participants,
        count(case when inactive.participant_id is null then 1 end) as participants_active,
        max(withdrawn.withdrawn_at) as latest_withdrawn_at
    from withdrawn
    left join inactive
        on
            withdrawn.study = inactive.study
            and withdrawn.participant_id = inactive.participant_id
    group by withdrawn.release_id, withdrawn.project_id, withdrawn.study, withdrawn.domain
)

select * from releases_to_amend
