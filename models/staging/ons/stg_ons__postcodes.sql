with

landed as (
    select
        source_table,
        row_number,
        {{ normalised('postcode') }} as postcode,
        lsoa_code,
        msoa_code,
        local_authority_code,
        region
    from {{ source('ons', 'postcodes') }}
),

{{ repeated_keys('ons', 'postcodes') }},

staged as (
    select
        landed.source_table,
        landed.row_number,
        landed.postcode,
        landed.lsoa_code,
        landed.msoa_code,
        landed.local_authority_code,
        landed.region,
        coalesce(
            repeated_keys.row_fault,
            {{ value_fault('ons', 'postcodes', 'landed') }}
        ) as row_fault
    from landed
    left join repeated_keys
        on
            landed.source_table = repeated_keys.source_table
            and landed.row_number = repeated_keys.row_number
)

select * from staged
