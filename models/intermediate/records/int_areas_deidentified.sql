with

participant_areas as (
    select * from {{ ref('participant_areas') }}
),

participants as (
    select * from {{ ref('int_participants') }}
    where is_active
),

pseudonyms as (
    select * from {{ ref('pseudonyms') }}
),

place_pseudonyms as (
    select * from {{ ref('place_pseudonyms') }}
),

areas_described as (
    select * from {{ ref('int_areas_described') }}
),

areas_deidentified as (
    select
        pseudonyms.study,
        pseudonyms.research_id,
        area_pseudonyms.research_id as area_id,
        wider_area_pseudonyms.research_id as wider_area_id,
        areas_described.region,
        areas_described.region_label,
        areas_described.imd_quintile,
        areas_described.rural_urban,
        areas_described.rural_urban_label,
        areas_described.crime_quintile,
        areas_described.house_price_band,
        areas_described.no2_band,
        areas_described.july_temperature_band
    from participant_areas
    inner join participants
        on
            participant_areas.study = participants.study
            and participant_areas.participant_id = participants.participant_id
    inner join pseudonyms
        on
            participant_areas.study = pseudonyms.study
            and participant_areas.participant_id = pseudonyms.participant_id
    left join place_pseudonyms as area_pseudonyms
        on
            participant_areas.study = area_pseudonyms.study
            and area_pseudonyms.kind = 'area'
            and participant_areas.lsoa_code = area_pseudonyms.code
    left join place_pseudonyms as wider_area_pseudonyms
        on
            participant_areas.study = wider_area_pseudonyms.study
            and wider_area_pseudonyms.kind = 'wider area'
            and participant_areas.msoa_code = wider_area_pseudonyms.code
    left join areas_described
        on participant_areas.lsoa_code = areas_described.lsoa_code
)

select * from areas_deidentified
