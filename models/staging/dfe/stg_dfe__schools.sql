with

landed as (
    select * from {{ source('dfe', 'schools') }}
),

{{ repeated_keys('dfe', 'schools') }},

staged as (
    select
        landed.source_table,
        landed.row_number,
        landed.school_urn,
        landed.school_name,
        landed.phase,
        landed.school_type,
        {{ normalised('landed.postcode') }} as postcode,
        {{ as_integer('landed.pupils') }} as pupils,
        {{ as_decimal('landed.percent_fsm') }} as percent_fsm,
        {{ as_decimal('landed.percent_eal') }} as percent_eal,
        {{ as_integer('landed.ofsted_rating') }} as ofsted_rating,
        coalesce(
            repeated_keys.row_fault,
            {{ value_fault('dfe', 'schools', 'landed') }}
        ) as row_fault
    from landed
    left join repeated_keys
        on
            landed.source_table = repeated_keys.source_table
            and landed.row_number = repeated_keys.row_number
)

select * from staged
