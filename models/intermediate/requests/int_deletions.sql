{{ config(materialized='transient') }}

with

deletions as (
    select * from {{ ref('int_requests_covering') }}
    where request_type = 'delete_linked'
),

family_members as (
    select * from {{ ref('family_members') }}
),

policies as (
    select * from {{ ref('linkage_policies') }}
),

studies as (
    select * from {{ ref('studies') }}
),

participations as (
    select * from {{ ref('int_participations') }}
),

-- one row for each domain that the deletion covers and in which the person may be linked at all
domains_covered as (
    select distinct
        deletions.study,
        deletions.request_id,
        deletions.received_at,
        deletions.family_id,
        deletions.participant_id,
        policies.domain
    from deletions
    inner join family_members
        on
            deletions.study = family_members.study
            and deletions.participant_id = family_members.participant_id
    inner join policies
        on
            family_members.study = policies.study
            and (policies.records_of_role = 'adult') = family_members.is_adult
            and (deletions.domain = 'all' or deletions.domain = policies.domain)
),

last_participations as (
    select
        domains_covered.study,
        domains_covered.request_id,
        domains_covered.participant_id,
        domains_covered.domain,
        max(participations.took_part_on) as took_part_on
    from domains_covered
    inner join participations
        on
            domains_covered.study = participations.study
            and domains_covered.family_id = participations.family_id
            and participations.took_part_on <= cast(domains_covered.received_at as date)
    group by all
),

deletions_judged as (
    select
        domains_covered.study,
        domains_covered.request_id,
        domains_covered.participant_id,
        domains_covered.domain,
        domains_covered.received_at,
        studies.deletion_window_months is null
        or last_participations.took_part_on is null
        or cast(domains_covered.received_at as date)
        <= {{ add_months('last_participations.took_part_on', 'studies.deletion_window_months') }} as is_honoured
    from domains_covered
    inner join studies
        on domains_covered.study = studies.study
    left join last_participations
        on
            domains_covered.study = last_participations.study
            and domains_covered.request_id = last_participations.request_id
            and domains_covered.participant_id = last_participations.participant_id
            and domains_covered.domain = last_participations.domain
)

select * from deletions_judged
