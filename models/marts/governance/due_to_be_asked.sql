with

young_people as (
    select * from {{ ref('vault__due_to_be_asked') }}
),

due_to_be_asked as (
    select
        study,
        domain,
        count(distinct participant_id) as participants
    from young_people
    group by study, domain
)

select * from due_to_be_asked
