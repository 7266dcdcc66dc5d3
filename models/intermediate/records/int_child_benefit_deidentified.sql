with

child_benefit as (
    select * from {{ ref('stg_hmrc__child_benefit') }}
    where row_fault is null
),

publishable as (
    select * from {{ ref('int_publishable_records') }}
    where
        supplier = 'hmrc'
        and domain = 'employment_tax'
        and not is_held_by_dfe
),

recodes as (
    select * from {{ ref('recodes') }}
),

-- child benefit begins with a birth and ends at an age: both dates give away a birth, and keep only the year
child_benefit_deidentified as (
    select
        publishable.study,
        publishable.research_id,
        {{ year_of('child_benefit.started_on') }} as start_year,
        {{ year_of('child_benefit.ended_on') }} as end_year,
        child_benefit.ended_on is not null as is_ended,
        {{ rounded('child_benefit.weekly_amount', 'weekly_amount') }} as weekly_amount
    from child_benefit
    inner join publishable
        on
            child_benefit.delivery_id = publishable.delivery_id
            and child_benefit.participant_id = publishable.participant_id
)

select * from child_benefit_deidentified
