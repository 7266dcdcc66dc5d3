with

national_insurance as (
    select * from {{ ref('stg_hmrc__national_insurance') }}
    where row_fault is null
),

publishable as (
    select * from {{ ref('int_publishable_records') }}
    where
        supplier = 'hmrc'
        and domain = 'employment_tax'
        and not is_held_by_dfe
),

code_lists as (
    select * from {{ ref('code_lists') }}
),

national_insurance_deidentified as (
    select
        publishable.study,
        publishable.research_id,
        {{ year_span('national_insurance.tax_year') }} as tax_year,
        {{ coded('contribution_class') }},
        national_insurance.qualifying_weeks
    from national_insurance
    inner join publishable
        on
            national_insurance.delivery_id = publishable.delivery_id
            and national_insurance.participant_id = publishable.participant_id
    {{ label_join('contribution_class', 'national_insurance.contribution_class') }}
)

select * from national_insurance_deidentified
