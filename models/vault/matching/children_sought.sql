{{ config(materialized='transient') }}

with

children as (
    select * from {{ ref('identities_corrected') }}
    where role = 'child'
),

matching as (
    select * from {{ ref('pupil_matching') }}
),

intervals as (
    select * from {{ ref('int_permitted_intervals') }}
    where domain = 'education' and permitted_from <= {{ as_of() }}
),

ever_permitted as (
    select distinct
        study,
        participant_id
    from intervals
),

children_sought as (
    select
        children.study,
        children.participant_id,
        matching.matched_on,
        children.unique_pupil_number,
        children.first_name,
        children.last_name,
        children.date_of_birth,
        children.address_line_1,
        children.town,
        children.postcode,
        ever_permitted.participant_id is not null as was_ever_permitted
    from children
    inner join matching
        on children.study = matching.study
    left join ever_permitted
        on
            children.study = ever_permitted.study
            and children.participant_id = ever_permitted.participant_id
)

select * from children_sought
