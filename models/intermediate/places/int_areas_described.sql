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

recodes as (
    select * from {{ ref('recodes') }}
),

areas_in_regions as (
    select
        lsoa_code,
        min(region) as region
    from postcode_areas
    where lsoa_code is not null
    group by lsoa_code
),

-- of the rural-urban classification: A to C are urban, D to F are rural
areas_grouped as (
    select
        coalesce(areas_in_regions.lsoa_code, areas.lsoa_code) as lsoa_code,
        areas_in_regions.region,
        case
            when areas.rural_urban in ('A1', 'B1', 'C1', 'C2') then 'urban'
            when areas.rural_urban in ('D1', 'D2', 'E1', 'E2', 'F1', 'F2') then 'rural'
        end as rural_urban,
        case when areas.imd_decile between 1 and 10 then areas.imd_decile end as imd_decile,
        case when areas.crime_decile between 1 and 10 then areas.crime_decile end as crime_decile,
        areas.median_house_price,
        areas.no2_annual_mean,
        areas.mean_july_temperature
    from areas_in_regions
    full outer join areas
        on areas_in_regions.lsoa_code = areas.lsoa_code
),

areas_described as (
    select
        areas_grouped.lsoa_code,
        {{ coded('region') }},
        {{ coded('rural_urban') }},
        cast(ceil(areas_grouped.imd_decile / {{ recode_of('deprivation_quintile', 'width') }}) as integer)
            as imd_quintile,
        cast(ceil(areas_grouped.crime_decile / {{ recode_of('deprivation_quintile', 'width') }}) as integer)
            as crime_quintile,
        {{ banded('areas_grouped.median_house_price', 'house_price') }} as house_price_band,
        {{ banded('areas_grouped.no2_annual_mean', 'nitrogen_dioxide') }} as no2_band,
        {{ banded('areas_grouped.mean_july_temperature', 'july_temperature') }} as july_temperature_band
    from areas_grouped
    {{ label_join('region', 'areas_grouped.region') }}
    {{ label_join('rural_urban', 'areas_grouped.rural_urban') }}
)

select * from areas_described
