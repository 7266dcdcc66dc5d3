{{ config(materialized='transient') }}

with

clerical_decisions as (
    select * from {{ ref('stg_surveys__clerical_decisions') }}
),

participants_known as (
    select * from {{ ref('participants_known') }}
),

pupils as (
    select * from {{ ref('stg_dfe__pupils') }}
    where row_fault is null
),

clerical_decisions_checked as (
    select
        clerical_decisions.source_table,
        clerical_decisions.row_number,
        clerical_decisions.study,
        clerical_decisions.participant_id,
        clerical_decisions.pupil_matching_ref,
        clerical_decisions.decision,
        clerical_decisions.decided_at,
        coalesce(
            clerical_decisions.row_fault,
            case
                when participants_known.participant_id is null then 'unknown_participant'
                when pupils.pupil_matching_ref is null then 'unknown_pupil'
            end
        ) as row_fault
    from clerical_decisions
    left join participants_known
        on
            clerical_decisions.study = participants_known.study
            and clerical_decisions.participant_id = participants_known.participant_id
    left join pupils
        on clerical_decisions.pupil_matching_ref = pupils.pupil_matching_ref
)

select * from clerical_decisions_checked
