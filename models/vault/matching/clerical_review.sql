with

candidates as (
    select * from {{ ref('pupil_candidates') }}
),

matching as (
    select * from {{ ref('pupil_matching') }}
),

matches as (
    select * from {{ ref('pupil_matches') }}
),

decisions as (
    select * from {{ ref('int_clerical_decisions_latest') }}
),

-- nothing is done with inactive children, and a review would be something
active as (
    select
        study,
        participant_id
    from {{ ref('int_participants') }}
    where is_active
),

children as (
    select * from {{ ref('identities') }}
),

pupils as (
    select * from {{ ref('stg_dfe__pupils') }}
    where row_fault is null
),

-- a clerk need not look at what is matched or decided already
candidates_open as (
    select
        candidates.study,
        candidates.participant_id,
        candidates.pupil_matching_ref,
        candidates.match_weight,
        candidates.match_probability,
        candidates.differences,
        candidates.own_probability >= matching.link_from
        and candidates.match_probability < matching.link_from as is_rivalled
    from candidates
    inner join matching
        on candidates.study = matching.study
    left join matches as matched_children
        on
            candidates.study = matched_children.study
            and candidates.participant_id = matched_children.participant_id
    left join matches as matched_pupils
        on
            candidates.study = matched_pupils.study
            and candidates.pupil_matching_ref = matched_pupils.pupil_matching_ref
    left join decisions
        on
            candidates.study = decisions.study
            and candidates.participant_id = decisions.participant_id
            and candidates.pupil_matching_ref = decisions.pupil_matching_ref
    where
        matched_children.participant_id is null
        and matched_pupils.participant_id is null
        and decisions.participant_id is null
),

clerical_review as (
    select
        candidates_open.study,
        candidates_open.participant_id,
        candidates_open.pupil_matching_ref,
        candidates_open.match_weight,
        candidates_open.match_probability,
        concat_ws(
            '; ',
            case when candidates_open.is_rivalled then 'fits others as well' end,
            coalesce(
                candidates_open.differences,
                case when not candidates_open.is_rivalled then 'too little is known' end
            )
        ) as reason_for_doubt,
        children.first_name,
        pupils.first_name as pupil_first_name,
        children.last_name,
        pupils.last_name as pupil_last_name,
        children.date_of_birth,
        pupils.date_of_birth as pupil_date_of_birth,
        children.address_line_1,
        pupils.address_line_1 as pupil_address_line_1,
        children.town,
        pupils.town as pupil_town,
        children.postcode,
        pupils.postcode as pupil_postcode
    from candidates_open
    inner join active
        on
            candidates_open.study = active.study
            and candidates_open.participant_id = active.participant_id
    inner join children
        on
            candidates_open.study = children.study
            and candidates_open.participant_id = children.participant_id
    inner join pupils
        on candidates_open.pupil_matching_ref = pupils.pupil_matching_ref
)

select * from clerical_review
