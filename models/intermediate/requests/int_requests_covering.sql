{{ config(materialized='transient') }}

with

requests as (
    select * from {{ ref('int_requests_received') }}
    where is_from_the_family
),

family_members as (
    select * from {{ ref('family_members') }}
),

requests_covering as (
    select
        requests.study,
        requests.request_id,
        requests.request_type,
        requests.domain,
        requests.received_at,
        requests.made_by,
        member.family_id,
        member.participant_id,
        requests.made_by = member.participant_id as is_about_themself,
        requests.received_at >= member.decides_from as decided_for_themself
    from requests
    inner join family_members as maker
        on
            requests.study = maker.study
            and requests.made_by = maker.participant_id
    inner join family_members as member
        on
            {{ request_covers(
                'requests', 'maker', 'member',
                "case requests.request_type when 'rectify' "
                ~ "then member.decides_from_as_landed else member.decides_from end"
            ) | indent(12) }}
)

select * from requests_covering
