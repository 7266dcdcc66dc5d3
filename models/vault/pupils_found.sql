{{ config(materialized='view') }}

with

children as (
    select * from {{ ref('identities_corrected') }}
    where role = 'child'
),

pupils as (
    select * from {{ ref('stg_dfe__pupils') }}
    where row_fault is null
),

matching as (
    select * from {{ ref('pupil_matching') }}
),

children_seeking as (
    select
        children.*,
        matching.matched_on
    from children
    inner join matching
        on children.study = matching.study
),

found_by_number as (
    select
        children_seeking.study,
        children_seeking.participant_id,
        pupils.pupil_matching_ref,
        children_seeking.is_erased
    from children_seeking
    inner join pupils
        on children_seeking.unique_pupil_number = pupils.unique_pupil_number
    where children_seeking.matched_on = 'unique_pupil_number'
),

found_by_identity as (
    select
        children_seeking.study,
        children_seeking.participant_id,
        pupils.pupil_matching_ref,
        children_seeking.is_erased
    from children_seeking
    inner join pupils
        on
            {{ normalised('children_seeking.first_name') }} = {{ normalised('pupils.first_name') }}
            and {{ normalised('children_seeking.last_name') }} = {{ normalised('pupils.last_name') }}
            and children_seeking.date_of_birth = pupils.date_of_birth
            and {{ normalised('children_seeking.address_line_1') }}
            is not distinct from {{ normalised('pupils.address_line_1') }}
            and {{ normalised('children_seeking.town') }} is not distinct from {{ normalised('pupils.town') }}
            and children_seeking.postcode is not distinct from pupils.postcode
    where children_seeking.matched_on = 'identity'
),

pupils_found as (
    select * from found_by_number
    union all
    select * from found_by_identity
)

select * from pupils_found
