with

benefit_spells as (
    select * from {{ ref('stg_dwp__benefit_spells') }}
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

recodes as (
    select * from {{ ref('recodes') }}
),

-- State Pension and Pension Credit begin at an age and Maternity Allowance with a birth: their start keeps
-- only the year, and so does the end of Maternity Allowance, which lasts 39 weeks
benefit_spells_deidentified as (
    select
        publishable.study,
        publishable.research_id,
        {{ coded('benefit_type') }},
        {{ year_of('benefit_spells.started_on') }} as start_year,
        case
            when benefit_spells.benefit_type not in ('MA', 'PC', 'SP') then {{ month_of('benefit_spells.started_on') }}
        end as start_month,
        {{ year_of('benefit_spells.ended_on') }} as end_year,
        case when benefit_spells.benefit_type != 'MA' then {{ month_of('benefit_spells.ended_on') }} end as end_month,
        benefit_spells.ended_on is not null as is_ended,
        {{ rounded('benefit_spells.weekly_amount', 'weekly_amount') }} as weekly_amount
    from benefit_spells
    inner join publishable
        on
            benefit_spells.delivery_id = publishable.delivery_id
            and benefit_spells.participant_id = publishable.participant_id
    {{ label_join('benefit_type', 'benefit_spells.benefit_type') }}
)

select * from benefit_spells_deidentified
