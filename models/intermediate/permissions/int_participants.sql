with

family_members as (
    select * from {{ ref('family_members') }}
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
        family_members.study,
        family_members.family_id
    from family_members
    inner join studies
        on family_members.study = studies.study
    where
        studies.main_survey_started_on is not null
        and (family_members.invited_on is null or family_members.invited_on < studies.main_survey_started_on)
),

families_of_inactive_children as (
    select distinct
        family_members.study,
        family_members.family_id
    from family_members
    inner join inactive
        on
            family_members.study = inactive.study
            and family_members.participant_id = inactive.participant_id
    where not family_members.is_adult
),

participants as (
    select
        family_members.study,
        family_members.participant_id,
        family_members.family_id,
        family_members.role,
        family_members.is_adult,
        family_members.decides_from,
        {{ as_of() }} >= family_members.decides_from as decides_for_themself,
        family_members.month_of_birth,
        inactive.participant_id is null as is_active,
        inactive.objected_at,
        inactive.restricted_at,
        pilot_families.family_id is not null as is_pilot,
        unreadable.family_id is not null as is_unreadable,
        families_of_inactive_children.family_id is not null as is_family_withheld
    from family_members
    left join inactive
        on
            family_members.study = inactive.study
            and family_members.participant_id = inactive.participant_id
    left join pilot_families
        on
            family_members.study = pilot_families.study
            and family_members.family_id = pilot_families.family_id
    left join unreadable
        on
            family_members.study = unreadable.study
            and family_members.family_id = unreadable.family_id
    left join families_of_inactive_children
        on
            family_members.study = families_of_inactive_children.study
            and family_members.family_id = families_of_inactive_children.family_id
    where inactive.erased_at is null
)

select * from participants
