with

landed as (
    select * from {{ source('dfe', 'pupils') }}
),

{{ repeated_keys('dfe', 'pupils', of=source('dfe', 'pupils')) }},

staged as (
    select
        landed.source_table,
        landed.row_number,
        landed.pupil_matching_ref,
        landed.upn as unique_pupil_number,
        landed.forename as first_name,
        landed.surname as last_name,
        {{ as_known_date('landed.date_of_birth') }} as date_of_birth,
        landed.gender as sex,
        landed.address_line_1,
        landed.town,
        {{ normalised('landed.postcode') }} as postcode,
        coalesce(
            repeated_keys.row_fault,
            {{ value_fault('dfe', 'pupils', 'landed') }}
        ) as row_fault
    from landed
    left join repeated_keys
        on
            landed.source_table = repeated_keys.source_table
            and landed.row_number = repeated_keys.row_number
)

select * from staged
