with

pension_schemes as (
    select * from {{ ref('stg_dwp__pension_schemes') }}
    where row_fault is null
),

publishable as (
    select * from {{ ref('int_publishable_records') }}
    where
        supplier = 'dwp'
        and domain = 'benefits'
        and not is_held_by_dfe
),

code_lists as (
    select * from {{ ref('code_lists') }}
),

pension_schemes_deidentified as (
    select
        publishable.study,
        publishable.research_id,
        {{ coded('scheme_type') }},
        {{ year_of('pension_schemes.joined_on') }} as joined_year,
        {{ month_of('pension_schemes.joined_on') }} as joined_month,
        {{ year_of('pension_schemes.left_on') }} as left_year,
        {{ month_of('pension_schemes.left_on') }} as left_month,
        pension_schemes.left_on is not null as is_left
    from pension_schemes
    inner join publishable
        on
            pension_schemes.delivery_id = publishable.delivery_id
            and pension_schemes.participant_id = publishable.participant_id
    {{ label_join('scheme_type', 'pension_schemes.scheme_type') }}
)

select * from pension_schemes_deidentified
