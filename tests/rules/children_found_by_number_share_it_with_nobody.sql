-- Five to Twelve: children are found in the pupil register only by their Unique Pupil Number. So a matched
-- child has the pupil's number, no other child of the study and no other pupil has it, and no clerk's latest
-- decision says that the two are not one.

with

matches as (
    select pupil_matches.*
    from {{ ref('pupil_matches') }} as pupil_matches
    inner join {{ ref('pupil_matching') }} as matching
        on
            pupil_matches.study = matching.study
            and matching.matched_on = 'unique_pupil_number'
),

children as (
    select
        study,
        participant_id,
        unique_pupil_number,
        count(*) over (partition by study, unique_pupil_number) as children_of_number
    from {{ ref('stg_surveys__participants') }}
    where row_fault is null and role = 'child' and unique_pupil_number is not null
),

pupils as (
    select
        pupil_matching_ref,
        unique_pupil_number,
        count(*) over (partition by unique_pupil_number) as pupils_of_number
    from {{ ref('stg_dfe__pupils') }}
    where row_fault is null and unique_pupil_number is not null
),

clerical_decisions as (
    select
        study,
        participant_id,
        pupil_matching_ref,
        max(case when decision = 'no_match' then decided_at end) as no_match_at,
        max(case when decision = 'match' then decided_at end) as match_at
    from {{ ref('stg_surveys__clerical_decisions') }}
    where row_fault is null and decided_at <= {{ as_of() }}
    group by study, participant_id, pupil_matching_ref
)

select
    matches.study,
    count(*) as matched_wrongly
from matches
left join children
    on
        matches.study = children.study
        and matches.participant_id = children.participant_id
        and children.children_of_number = 1
left join pupils
    on
        matches.pupil_matching_ref = pupils.pupil_matching_ref
        and children.unique_pupil_number = pupils.unique_pupil_number
        and pupils.pupils_of_number = 1
left join clerical_decisions
    on
        matches.study = clerical_decisions.study
        and matches.participant_id = clerical_decisions.participant_id
        and matches.pupil_matching_ref = clerical_decisions.pupil_matching_ref
where
    pupils.pupil_matching_ref is null
    or clerical_decisions.no_match_at >= coalesce(clerical_decisions.match_at, {{ beginning_of_time() }})
group by matches.study
