{{ config(materialized='view') }}

with

absence as (
    select * from {{ ref('stg_dfe__absence') }}
    where row_fault is null
),

publishable as (
    select * from {{ ref('int_publishable_records') }}
    where
        supplier = 'dfe'
        and domain = 'education'
        and is_held
),

absence_counted as (
    select
        absence.*,
        cast(absence.sessions_authorised as double) + absence.sessions_unauthorised as sessions_missed
    from absence
),

absence_published as (
    select
        publishable.study,
        publishable.research_id,
        {{ year_span('absence_counted.academic_year') }} as academic_year,
        absence_counted.sessions_possible,
        absence_counted.sessions_authorised,
        absence_counted.sessions_unauthorised,
        case
            when absence_counted.sessions_possible > 0
                then round(100 * absence_counted.sessions_missed / absence_counted.sessions_possible, 1)
        end as percent_absent
    from absence_counted
    inner join publishable
        on
            absence_counted.delivery_id = publishable.delivery_id
            and absence_counted.pupil_matching_ref = publishable.pupil_matching_ref
)

select * from absence_published
