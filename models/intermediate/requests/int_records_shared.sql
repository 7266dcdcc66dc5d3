{{ config(materialized='transient') }}

with

landed as (
    select * from {{ ref('int_shared_records_checked') }}
),

registered as (
    select * from {{ ref('stg_releases__records_shared') }}
),

participants_known as (
    select * from {{ ref('participants_known') }}
),

-- nobody's pseudonym is computed where the register has no release
studies_released as (
    select distinct study
    from registered
),

people_of_studies as (
    select
        participants_known.study,
        participants_known.participant_id,
        {{ pseudonym('participants_known.study', "'shared'", 'participants_known.participant_id') }} as person
    from participants_known
    inner join studies_released
        on participants_known.study = studies_released.study
),

records_shared as (
    select
        release_id,
        project_id,
        shared_at,
        study,
        participant_id,
        domain
    from landed
    where row_fault is null
    union all
    select
        registered.release_id,
        registered.project_id,
        registered.shared_at,
        registered.study,
        people_of_studies.participant_id,
        registered.domain
    from registered
    inner join people_of_studies
        on
            registered.study = people_of_studies.study
            and registered.person = people_of_studies.person
)

select * from records_shared
where shared_at <= {{ as_of() }}
