{{ config(materialized='transient') }}

with

records_shared as (
    select * from {{ ref('int_records_shared') }}
),

deletions as (
    select * from {{ ref('int_deletions') }}
    where is_honoured
),

inactive as (
    select * from {{ ref('int_participants_inactive') }}
),

linked as (
    select * from {{ ref('int_domains_linked') }}
),

-- a deletion before they were shared was of other records, linked before; but where nothing is linked now, it
-- was landed after they were shared
withdrawals as (
    select
        records_shared.*,
        deletions.received_at as withdrawn_at
    from records_shared
    inner join deletions
        on
            records_shared.study = deletions.study
            and records_shared.participant_id = deletions.participant_id
            and records_shared.domain = deletions.domain
    left join linked
        on
            records_shared.study = linked.study
            and records_shared.participant_id = linked.participant_id
            and records_shared.domain = linked.domain
    where records_shared.shared_at <= deletions.received_at or linked.participant_id is null
    union all
    select
        records_shared.*,
        least(inactive.objected_at, inactive.erased_at, inactive.restricted_at) as withdrawn_at
    from records_shared
    inner join inactive
        on
            records_shared.study = inactive.study
            and records_shared.participant_id = inactive.participant_id
),

records_withdrawn as (
    select
        release_id,
        project_id,
        study,
        participant_id,
        domain,
        min(withdrawn_at) as withdrawn_at
    from withdrawals
    group by release_id, project_id, study, participant_id, domain
)

select * from records_withdrawn
