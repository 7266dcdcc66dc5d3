with

employment_programmes as (
    select * from {{ ref('stg_dwp__employment_programmes') }}
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

employment_programmes_deidentified as (
    select
        publishable.study,
        publishable.research_id,
        {{ coded('programme') }},
        {{ year_of('employment_programmes.started_on') }} as start_year,
        {{ month_of('employment_programmes.started_on') }} as start_month,
        {{ year_of('employment_programmes.ended_on') }} as end_year,
        {{ month_of('employment_programmes.ended_on') }} as end_month,
        employment_programmes.ended_on is not null as is_ended,
        {{ coded('outcome', code_list='programme_outcome') }}
    from employment_programmes
    inner join publishable
        on
            employment_programmes.delivery_id = publishable.delivery_id
            and employment_programmes.participant_id = publishable.participant_id
    {{ label_join('programme', 'employment_programmes.programme') }}
    {{ label_join('programme_outcome', 'employment_programmes.outcome') }}
)

select * from employment_programmes_deidentified
