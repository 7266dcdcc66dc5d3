with

pupils as (
    select * from {{ ref('stg_dfe__pupils') }}
),

pupils_found as (
    select * from {{ ref('pupils_found') }}
),

clerical_decisions as (
    select * from {{ ref('int_clerical_decisions_checked') }}
    where row_fault is null and decision = 'match'
),

erased as (
    select * from {{ ref('int_participants_inactive') }}
    where erased_at is not null
),

-- the register's row of an erased child is a row about them
pupils_erased as (
    select pupil_matching_ref
    from pupils_found
    where is_erased
    union
    select clerical_decisions.pupil_matching_ref
    from clerical_decisions
    inner join erased
        on
            clerical_decisions.study = erased.study
            and clerical_decisions.participant_id = erased.participant_id
),

pupils_kept as (
    select
        pupils.pupil_matching_ref,
        pupils.unique_pupil_number,
        pupils.first_name,
        pupils.last_name,
        pupils.date_of_birth,
        pupils.sex,
        pupils.address_line_1,
        pupils.town,
        pupils.postcode
    from pupils
    left join pupils_erased
        on pupils.pupil_matching_ref = pupils_erased.pupil_matching_ref
    where
        pupils.row_fault is null
        and pupils_erased.pupil_matching_ref is null
)

select * from pupils_kept
