with

children as (
    select * from {{ ref('children_sought') }}
),

pupils_found as (
    select * from {{ ref('pupils_found') }}
),

decisions as (
    select * from {{ ref('int_clerical_decisions_latest') }}
),

decided_to_match as (
    select
        study,
        participant_id,
        pupil_matching_ref,
        'clerk' as match_quality
    from decisions
    where is_match and stands
),

children_decided as (
    select distinct
        study,
        participant_id
    from decisions
    where is_match
),

pupils_decided as (
    select distinct
        study,
        pupil_matching_ref
    from decisions
    where is_match
),

-- a clerk's match replaces anything else found for the child or the pupil; nothing is inferred from decisions
-- about others
found_undecided as (
    select
        pupils_found.study,
        pupils_found.participant_id,
        pupils_found.pupil_matching_ref,
        case
            when pupils_found.things_differing = 0 then 'all'
            when pupils_found.things_differing = 1 then 'one'
            when pupils_found.things_differing is not null then 'several'
        end as match_quality
    from pupils_found
    left join decisions
        on
            pupils_found.study = decisions.study
            and pupils_found.participant_id = decisions.participant_id
            and pupils_found.pupil_matching_ref = decisions.pupil_matching_ref
    left join children_decided
        on
            pupils_found.study = children_decided.study
            and pupils_found.participant_id = children_decided.participant_id
    left join pupils_decided
        on
            pupils_found.study = pupils_decided.study
            and pupils_found.pupil_matching_ref = pupils_decided.pupil_matching_ref
    where
        decisions.participant_id is null
        and children_decided.participant_id is null
        and pupils_decided.pupil_matching_ref is null
),

found as (
    select * from decided_to_match
    union all
    select * from found_undecided
),

pupil_matches as (
    select
        found.study,
        found.participant_id,
        found.pupil_matching_ref,
        found.match_quality
    from found
    inner join children
        on
            found.study = children.study
            and found.participant_id = children.participant_id
    where children.was_ever_permitted
)

select * from pupil_matches
