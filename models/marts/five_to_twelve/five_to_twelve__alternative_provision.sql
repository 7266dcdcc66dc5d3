with

published as (
    select * from {{ ref('int_alternative_provision_published') }}
    where study = 'five_to_twelve'
),

alternative_provision as (
    select
        research_id,
        academic_year,
        provision_type,
        start_month,
        weeks
    from published
)

select * from alternative_provision
