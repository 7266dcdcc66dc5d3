{{ config(materialized='view') }}

with

children as (
    select * from {{ ref('children_sought') }}
    where matched_on = 'unique_pupil_number'
),

pupils as (
    select * from {{ ref('stg_dfe__pupils') }}
    where row_fault is null
),

candidates as (
    select * from {{ ref('pupil_candidates') }}
),

matching as (
    select * from {{ ref('pupil_matching') }}
),

sharing_a_number as (
    select
        children.study,
        children.participant_id,
        pupils.pupil_matching_ref,
        count(*) over (partition by children.study, children.participant_id) as pupils_for_child,
        count(*) over (partition by children.study, pupils.pupil_matching_ref) as children_for_pupil
    from children
    inner join pupils
        on children.unique_pupil_number = pupils.unique_pupil_number
),

-- everyone competes, whatever they permitted: an ambiguous match is no match, in either direction
found_by_number as (
    select
        study,
        participant_id,
        pupil_matching_ref,
        cast(null as integer) as things_differing
    from sharing_a_number
    where pupils_for_child = 1 and children_for_pupil = 1
),

-- among all who compete for a child or a pupil, at most one can be more likely than not
found_by_identity as (
    select
        candidates.study,
        candidates.participant_id,
        candidates.pupil_matching_ref,
        candidates.things_differing
    from candidates
    inner join matching
        on candidates.study = matching.study
    where candidates.match_probability >= matching.link_from and not candidates.needs_clerk
),

pupils_found as (
    select * from found_by_number
    union all
    select * from found_by_identity
)

select * from pupils_found
