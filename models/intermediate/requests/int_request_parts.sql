{{ config(materialized='view') }}

with

requests as (
    select * from {{ ref('int_requests_received') }}
),

covering as (
    select * from {{ ref('int_requests_covering') }}
),

deletions as (
    select * from {{ ref('int_deletions') }}
),

rectifications as (
    select * from {{ ref('rectifications') }}
),

accesses_given as (
    select * from {{ ref('int_accesses_given') }}
),

shared_records as (
    select
        study,
        participant_id,
        domain,
        min(shared_at) as first_shared_at
    from {{ ref('int_records_shared') }}
    where domain != 'answers'
    group by study, participant_id, domain
),

first_shared as (
    select
        study,
        participant_id,
        min(first_shared_at) as first_shared_at
    from shared_records
    group by study, participant_id
),

-- due a calendar month after receipt, and open until everybody whom the request covers was given what is held
accesses_open as (
    select distinct
        covering.study,
        covering.request_id
    from covering
    left join accesses_given
        on
            covering.study = accesses_given.study
            and covering.request_id = accesses_given.request_id
            and covering.participant_id = accesses_given.participant_id
    where covering.request_type = 'access' and accesses_given.request_id is null
),

-- what each person, and for a deletion each domain, that the request covers earned
deletions_earned as (
    select
        deletions.study,
        deletions.request_id,
        case
            when deletions.is_honoured and shared_records.first_shared_at <= deletions.received_at
                then 'honoured_already_shared'
            when deletions.is_honoured then 'honoured'
            else 'too_late'
        end as outcome
    from deletions
    left join shared_records
        on
            deletions.study = shared_records.study
            and deletions.participant_id = shared_records.participant_id
            and deletions.domain = shared_records.domain
),

others_earned as (
    select
        covering.study,
        covering.request_id,
        case
            when
                covering.request_type in ('object', 'erase')
                and first_shared.first_shared_at <= covering.received_at
                then 'honoured_already_shared'
            when accesses_open.request_id is not null then 'open'
            when covering.request_type = 'rectify' and rectifications.request_id is null then 'void'
            else 'honoured'
        end as outcome
    from covering
    left join first_shared
        on
            covering.study = first_shared.study
            and covering.participant_id = first_shared.participant_id
    left join rectifications
        on
            covering.study = rectifications.study
            and covering.request_id = rectifications.request_id
    left join accesses_open
        on
            covering.study = accesses_open.study
            and covering.request_id = accesses_open.request_id
    where covering.request_type != 'delete_linked'
),

request_parts as (
    select * from deletions_earned
    union all
    select * from others_earned
),

requests_covering_somebody as (
    select distinct
        study,
        request_id
    from covering
),

request_parts_of_all as (
    select
        requests.study,
        requests.request_id,
        requests.request_type,
        coalesce(request_parts.outcome, 'void') as outcome,
        case
            when not requests.is_from_the_family then 'outside_the_family'
            when requests_covering_somebody.request_id is null then 'covers_nobody'
            when request_parts.outcome is null then 'no_linkage'
            when request_parts.outcome = 'void' then 'cannot_be_rectified'
        end as reason
    from requests
    left join request_parts
        on
            requests.study = request_parts.study
            and requests.request_id = request_parts.request_id
    left join requests_covering_somebody
        on
            requests.study = requests_covering_somebody.study
            and requests.request_id = requests_covering_somebody.request_id
)

select * from request_parts_of_all
