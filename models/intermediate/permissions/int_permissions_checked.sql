{{ config(materialized='transient') }}

with

permissions as (
    select * from {{ ref('stg_surveys__permissions') }}
),

participants_known as (
    select * from {{ ref('participants_known') }}
),

permissions_checked as (
    select
        permissions.source_table,
        permissions.row_number,
        permissions.study,
        permissions.permission_id,
        permissions.given_by,
        permissions.records_of,
        permissions.domain,
        permissions.answers_of,
        permissions.answer,
        permissions.answered_at,
        coalesce(
            permissions.row_fault,
            case
                when giver.participant_id is null or subject.participant_id is null then 'unknown_participant'
                when giver.family_id != subject.family_id then 'outside_the_family'
            end
        ) as row_fault
    from permissions
    left join participants_known as giver
        on
            permissions.study = giver.study
            and permissions.given_by = giver.participant_id
    left join participants_known as subject
        on
            permissions.study = subject.study
            and permissions.records_of = subject.participant_id
)

select * from permissions_checked
