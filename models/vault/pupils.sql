with

pupils as (
    select * from {{ ref('stg_dfe__pupils') }}
),

pupils_known as (
    select
        pupil_matching_ref,
        unique_pupil_number,
        first_name,
        last_name,
        date_of_birth,
        sex,
        address_line_1,
        town,
        postcode
    from pupils
    where row_fault is null
)

select * from pupils_known
