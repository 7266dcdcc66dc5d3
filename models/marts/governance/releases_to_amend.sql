with

withdrawn as (
    select * from {{ ref('int_records_withdrawn') }}
),

releases_to_amend as (
    select
        release_id,
        project_id,
        study,
        domain,
        count(*) as participants,
        max(withdrawn_at) as latest_withdrawn_at
    from withdrawn
    group by release_id, project_id, study, domain
)

select * from releases_to_amend
