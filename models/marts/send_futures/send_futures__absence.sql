with

published as (
    select * from {{ ref('int_absence_published') }}
    where study = 'send_futures'
),

disclosure_control as (
    select * from {{ ref('disclosure_control') }}
),

{{ disclosure_controlled(
    'published',
    quasi_identifiers=['academic_year'],
    sensitive=[['percent_absent', 'sessions_possible', 'sessions_authorised', 'sessions_unauthorised']]
) }},

absence as (
    select
        research_id,
        academic_year,
        sessions_possible,
        sessions_authorised,
        sessions_unauthorised,
        percent_absent
    from published_controlled
)

select * from absence
