with

projects as (
    select * from {{ ref('stg_governance__projects') }}
    where row_fault is null
),

researchers as (
    select * from {{ ref('stg_governance__researchers') }}
    where row_fault is null
),

accreditations as (
    select
        project_id,
        min(accredited_until) as first_accreditation_ends_on,
        max(accredited_until) as last_accreditation_ends_on
    from researchers
    where cast({{ as_of() }} as date) between accredited_from and accredited_until
    group by project_id
),

projects_described as (
    select
        projects.project_id,
        projects.title,
        projects.organisation,
        projects.purpose,
        projects.approved_on,
        projects.expires_on,
        projects.contract_signed_on,
        accreditations.first_accreditation_ends_on,
        accreditations.last_accreditation_ends_on
    from projects
    left join accreditations
        on projects.project_id = accreditations.project_id
)

select * from projects_described
