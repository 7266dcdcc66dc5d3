{{ config(materialized='transient') }}

with

clerical_decisions_checked as (
    select * from {{ ref('int_clerical_decisions_checked') }}
    where row_fault is null
),

children as (
    select
        study,
        participant_id
    from {{ ref('participants_known') }}
    where not is_adult
),

matching as (
    select * from {{ ref('pupil_matching') }}
),

-- one that says neither decides nothing
clerical_decisions as (
    select
        clerical_decisions_checked.study,
        clerical_decisions_checked.participant_id,
        clerical_decisions_checked.pupil_matching_ref,
        clerical_decisions_checked.decision,
        clerical_decisions_checked.decided_at
    from clerical_decisions_checked
    inner join children
        on
            clerical_decisions_checked.study = children.study
            and clerical_decisions_checked.participant_id = children.participant_id
    where
        clerical_decisions_checked.decision is not null
        and clerical_decisions_checked.decided_at <= {{ as_of() }}
),

-- at the same instant no match goes before a match
decisions_ranked as (
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

-- where the study promised to look only by number, a clerk finds nobody
latest as (
    select
        decisions_ranked.study,
        decisions_ranked.participant_id,
        decisions_ranked.pupil_matching_ref,
        decisions_ranked.decision = 'match' as is_match
    from decisions_ranked
    inner join matching
        on decisions_ranked.study = matching.study
    where
        decisions_ranked.newest_first = 1
        and (decisions_ranked.decision = 'no_match' or matching.matched_on = 'identity')
),

-- including those undone since: a match that was replaced does not come back
pairs_matched as (
    select
        study,
        participant_id,
        pupil_matching_ref,
        max(decided_at) as matched_at
    from clerical_decisions
    where decision = 'match'
    group by study, participant_id, pupil_matching_ref
),

-- of several pupils for a child, or children for a pupil, the one matched last
matches_compared as (
    select
        *,
        rank() over (partition by study, participant_id order by matched_at desc) as newest_of_child,
        rank() over (partition by study, pupil_matching_ref order by matched_at desc) as newest_of_pupil,
        count(*) over (partition by study, participant_id, matched_at) as pupils_for_child,
        count(*) over (partition by study, pupil_matching_ref, matched_at) as children_for_pupil
    from pairs_matched
),

decisions_latest as (
    select
        latest.study,
        latest.participant_id,
        latest.pupil_matching_ref,
        latest.is_match,
        latest.is_match
        and matches_compared.newest_of_child = 1
        and matches_compared.newest_of_pupil = 1
        and matches_compared.pupils_for_child = 1
        and matches_compared.children_for_pupil = 1 as stands
    from latest
    left join matches_compared
        on
            latest.study = matches_compared.study
            and latest.participant_id = matches_compared.participant_id
            and latest.pupil_matching_ref = matches_compared.pupil_matching_ref
)

select * from decisions_latest
