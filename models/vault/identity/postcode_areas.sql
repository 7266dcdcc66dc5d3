with

postcodes as (
    select * from {{ ref('stg_ons__postcodes') }}
),

postcode_areas as (
    select
        postcode,
        lsoa_code,
        msoa_code,
        local_authority_code,
        region
    from postcodes
    where row_fault is null
)

select * from postcode_areas
