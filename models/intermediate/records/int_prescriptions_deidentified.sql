with

prescriptions as (
    select * from {{ ref('stg_nhs_england__prescriptions') }}
    where row_fault is null
),

publishable as (
    select * from {{ ref('int_publishable_records') }}
    where
        supplier = 'nhs_england'
        and domain = 'health'
        and not is_held_by_dfe
),

practices as (
    select * from {{ ref('place_pseudonyms') }}
    where kind = 'practice'
),

code_lists as (
    select * from {{ ref('code_lists') }}
),

prescriptions_coded as (
    select
        delivery_id,
        participant_id,
        prescribed_on,
        quantity,
        practice_code,
        {{ bnf_chemical('bnf_code') }} as bnf_chemical_code
    from prescriptions
),

prescriptions_deidentified as (
    select
        publishable.study,
        publishable.research_id,
        {{ year_of('prescriptions_coded.prescribed_on') }} as prescribed_year,
        {{ month_of('prescriptions_coded.prescribed_on') }} as prescribed_month,
        {{ child_age_in_year('prescriptions_coded.prescribed_on', 'publishable') }} as age_in_year,
        practices.research_id as practice_id,
        case when bnf_chapter_labels.code is not null then prescriptions_coded.bnf_chemical_code end
            as bnf_chemical_code,
        {{ coded('bnf_chapter') }},
        prescriptions_coded.quantity
    from prescriptions_coded
    inner join publishable
        on
            prescriptions_coded.delivery_id = publishable.delivery_id
            and prescriptions_coded.participant_id = publishable.participant_id
    left join practices
        on
            publishable.study = practices.study
            and prescriptions_coded.practice_code = practices.code
    {{ label_join('bnf_chapter', 'left(prescriptions_coded.bnf_chemical_code, 2)') }}
)

select * from prescriptions_deidentified
