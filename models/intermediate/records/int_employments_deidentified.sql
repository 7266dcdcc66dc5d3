with

employments as (
    select * from {{ ref('stg_hmrc__employments') }}
    where row_fault is null
),

publishable as (
    select * from {{ ref('int_publishable_records') }}
    where
        supplier = 'hmrc'
        and domain = 'employment_tax'
        and not is_held_by_dfe
),

employers as (
    select * from {{ ref('place_pseudonyms') }}
    where kind = 'employer'
),

recodes as (
    select * from {{ ref('recodes') }}
),

employments_deidentified as (
    select
        publishable.study,
        publishable.research_id,
        {{ year_span('employments.tax_year') }} as tax_year,
        employers.research_id as employer_id,
        {{ year_of('employments.started_on') }} as start_year,
        {{ month_of('employments.started_on') }} as start_month,
        {{ year_of('employments.ended_on') }} as end_year,
        {{ month_of('employments.ended_on') }} as end_month,
        employments.ended_on is not null as is_ended,
        {{ rounded('employments.pay_in_year', 'pay') }} as pay_in_year
    from employments
    inner join publishable
        on
            employments.delivery_id = publishable.delivery_id
            and employments.participant_id = publishable.participant_id
    left join employers
        on
            publishable.study = employers.study
            and employments.employer_paye_reference = employers.code
)

select * from employments_deidentified
