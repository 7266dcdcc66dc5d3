with

tax_credits as (
    select * from {{ ref('stg_hmrc__tax_credits') }}
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

recodes as (
    select * from {{ ref('recodes') }}
),

tax_credits_deidentified as (
    select
        publishable.study,
        publishable.research_id,
        {{ year_span('tax_credits.tax_year') }} as tax_year,
        {{ coded('award_type') }},
        {{ rounded('tax_credits.amount', 'award') }} as amount
    from tax_credits
    inner join publishable
        on
            tax_credits.delivery_id = publishable.delivery_id
            and tax_credits.participant_id = publishable.participant_id
    {{ label_join('award_type', 'tax_credits.award_type') }}
)

select * from tax_credits_deidentified
