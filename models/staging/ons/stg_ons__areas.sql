with

landed as (
    select * from {{ source('ons', 'areas') }}
),

{{ repeated_keys('ons', 'areas') }},

staged as (
    select
        landed.source_table,
        landed.row_number,
        landed.lsoa_code,
        {{ as_integer('landed.imd_decile') }} as imd_decile,
        landed.rural_urban,
        {{ as_decimal('landed.no2_annual_mean') }} as no2_annual_mean,
        {{ as_decimal('landed.mean_july_temperature') }} as mean_july_temperature,
        {{ as_decimal('landed.median_house_price') }} as median_house_price,
        {{ as_integer('landed.crime_decile') }} as crime_decile,
        coalesce(
            repeated_keys.row_fault,
            {{ value_fault('ons', 'areas', 'landed') }}
        ) as row_fault
    from landed
    left join repeated_keys
        on
            landed.source_table = repeated_keys.source_table
            and landed.row_number = repeated_keys.row_number
)

select * from staged
