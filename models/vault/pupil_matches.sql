with

pupils_found as (
    select * from {{ ref('pupils_found') }}
),

matching as (
    select * from {{ ref('pupil_matching') }}
),

clerical_decisions as (
    select * from {{ ref('int_clerical_decisions_checked') }}
    where row_fault is null and decided_at <= {{ as_of() }}
),

decisions as (
    select
        study,
        participant_id,
        pupil_matching_ref,
        decision,
        row_number() over (
            partition by study, participant_id, pupil_matching_ref
            order by decided_at desc, decision desc
        ) as newest_first
    from clerical_decisions
),

-- where the study promised to look by number and by nothing else, a clerk finds nobody
decided_to_match as (
    select
        decisions.study,
        decisions.participant_id,
        decisions.pupil_matching_ref
    from decisions
    inner join matching
        on
            decisions.study = matching.study
            and matching.matched_on = 'identity'
    where decisions.newest_first = 1 and decisions.decision = 'match'
),

-- everyone competes, whatever they permitted: an ambiguous match is no match, in either direction
found_counted as (
    select
        study,
        participant_id,
        pupil_matching_ref,
        count(*) over (partition by study, participant_id) as pupils_for_child,
        count(*) over (partition by study, pupil_matching_ref) as children_for_pupil
    from pupils_found
),

-- a clerk's decision stands for its child and its pupil, and whatever else was found of them gives
-- way; nothing is inferred from it about others
found_undecided as (
    select
        found_counted.study,
        found_counted.participant_id,
        found_counted.pupil_matching_ref
    from found_counted
    left join decisions
        on
            found_counted.study = decisions.study
            and found_counted.participant_id = decisions.participant_id
            and found_counted.pupil_matching_ref = decisions.pupil_matching_ref
            and decisions.newest_first = 1
    left join decided_to_match as decided_for_child
        on
            found_counted.study = decided_for_child.study
            and found_counted.participant_id = decided_for_child.participant_id
    left join decided_to_match as decided_for_pupil
        on
            found_counted.study = decided_for_pupil.study
            and found_counted.pupil_matching_ref = decided_for_pupil.pupil_matching_ref
    where
        found_counted.pupils_for_child = 1
        and found_counted.children_for_pupil = 1
        and decisions.decision is distinct from 'no_match'
        and decided_for_child.participant_id is null
        and decided_for_pupil.participant_id is null
),

candidates as (
    select * from decided_to_match
    union all
    select * from found_undecided
),

candidates_counted as (
    select
        study,
        participant_id,
        pupil_matching_ref,
        count(*) over (partition by study, participant_id) as pupils_for_child,
        count(*) over (partition by study, pupil_matching_ref) as children_for_pupil
    from candidates
),

children as (
    select * from {{ ref('identities') }}
    where role = 'child'
),

pupil_matches as (
    select
        candidates_counted.study,
        candidates_counted.participant_id,
        candidates_counted.pupil_matching_ref
    from candidates_counted
    inner join children
        on
            candidates_counted.study = children.study
            and candidates_counted.participant_id = children.participant_id
    where candidates_counted.pupils_for_child = 1 and candidates_counted.children_for_pupil = 1
)

select * from pupil_matches
