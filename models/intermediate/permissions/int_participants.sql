with

members as (
    select * from {{ ref('members') }}
),

studies as (
    select * from {{ ref('studies') }}
),

inactive as (
    select * from {{ ref('int_participants_inactive') }}
),

unreadable as (
    select * from {{ ref('int_families_unreadable') }}
),

pilot_families as (
    select distinct
        members.study,
        members.family_id
    from members
    inner join studies
        on members.study = studies.study
    where
        studies.main_survey_started_on is not null
        and (members.invited_on is null or members.invited_on < studies.main_survey_started_on)
),

families_of_inactive_children as (
    select distinct
        members.study,
        members.family_id
    from members
    inner join inactive
        on
            members.study = inactive.study
            and members.participant_id = inactive.participant_id
    where not members.is_adult
),

participants as (
    select
        members.study,
        members.participant_id,
        members.family_id,
        members.role,
        members.is_adult,
        members.decides_from,
        {{ as_of() }} >= members.decides_from as decides_for_themself,
        members.month_of_birth,
        inactive.participant_id is null as is_active,
        inactive.objected_at,
        inactive.restricted_at,
        pilot_families.family_id is not null as is_pilot,
        unreadable.family_id is not null as is_unreadable,
        families_of_inactive_children.family_id is not null as is_family_withheld
    from members
    left join inactive
        on
            members.study = inactive.study
            and members.participant_id = inactive.participant_id
    left join pilot_families
        on
            members.study = pilot_families.study
            and members.family_id = pilot_families.family_id
    left join unreadable
        on
            members.study = unreadable.study
            and members.family_id = unreadable.family_id
    left join families_of_inactive_children
        on
            members.study = families_of_inactive_children.study
            and members.family_id = families_of_inactive_children.family_id
    where inactive.erased_at is null
)

select * from participants
