{%- set attributes = [
    'region', 'imd_decile', 'rural_urban', 'crime_decile', 'house_price_band', 'no2_band', 'july_temperature_band'
] -%}

with

postcode_areas as (
    select * from {{ ref('postcode_areas') }}
),

areas as (
    select * from {{ ref('stg_ons__areas') }}
    where row_fault is null
),

code_lists as (
    select * from {{ ref('code_lists') }}
),

areas_in_regions as (
    select
        lsoa_code,
        min(region) as region
    from postcode_areas
    where lsoa_code is not null
    group by lsoa_code
),

places as (
    select
        coalesce(areas_in_regions.lsoa_code, areas.lsoa_code) as lsoa_code,
        region_labels.label as region,
        case when areas.imd_decile between 1 and 10 then areas.imd_decile end as imd_decile,
        rural_urban_labels.label as rural_urban,
        case when areas.crime_decile between 1 and 10 then areas.crime_decile end as crime_decile,
        {{ band('areas.median_house_price', [100000, 150000, 200000, 300000, 500000], ' pounds') | indent(8) }}
            as house_price_band,
        {{ band('areas.no2_annual_mean', [5, 10, 15, 20, 30], ' micrograms') | indent(8) }} as no2_band,
        {{ band('areas.mean_july_temperature', [14, 15, 16, 17, 18], ' degrees') | indent(8) }}
            as july_temperature_band
    from areas_in_regions
    full outer join areas
        on areas_in_regions.lsoa_code = areas.lsoa_code
    {{ label_join('region', 'areas_in_regions.region') }}
    {{ label_join('rural_urban', 'areas.rural_urban') }}
),

{{ coarsened('places', attributes, 'lsoa_code', 2) }}

select * from places_coarsened
