with

identities as (
    select * from {{ ref('identities') }}
),

postcode_areas as (
    select * from {{ ref('postcode_areas') }}
),

linkages_decided as (
    select * from {{ ref('int_linkages_decided') }}
    where domain = 'area' and is_permitted
),

areas_permitted as (
    select distinct
        study,
        participant_id
    from linkages_decided
),

participant_areas as (
    select
        identities.study,
        identities.participant_id,
        postcode_areas.lsoa_code,
        postcode_areas.msoa_code
    from identities
    inner join areas_permitted
        on
            identities.study = areas_permitted.study
            and identities.participant_id = areas_permitted.participant_id
    inner join postcode_areas
        on identities.postcode = postcode_areas.postcode
)

select * from participant_areas
