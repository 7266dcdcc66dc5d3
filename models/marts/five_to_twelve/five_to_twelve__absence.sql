with

published as (
    select * from {{ ref('int_absence_published') }}
    where study = 'five_to_twelve'
),

absence as (
    select
        research_id,
        academic_year,
        sessions_possible,
        sessions_authorised,
        sessions_unauthorised,
        percent_absent
    from published
)

select * from absence
