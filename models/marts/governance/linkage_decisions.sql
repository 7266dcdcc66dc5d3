with

linkages_decided as (
    select * from {{ ref('int_linkages_decided') }}
),

linkage_decisions as (
    select
        study,
        participant_id,
        domain,
        answers_of,
        is_permitted,
        reason,
        decided_at
    from linkages_decided
)

select * from linkage_decisions
