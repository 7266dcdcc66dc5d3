with

identities_corrected as (
    select * from {{ ref('identities_corrected') }}
),

identities as (
    select
        study,
        participant_id,
        family_id,
        role,
        title,
        first_name,
        last_name,
        date_of_birth,
        sex,
        address_line_1,
        address_line_2,
        town,
        postcode,
        email,
        phone,
        unique_pupil_number
    from identities_corrected
    where not is_erased
)

select * from identities
