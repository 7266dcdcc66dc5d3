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
        and is_held_by_dfe
),

recodes as (
    select * from {{ ref('recodes') }}
),

-- the sessions themselves, beside the year, would single out a pupil to anybody who knows a register
absence_counted as (
    select
        delivery_id,
        pupil_matching_ref,
        academic_year,
        100 * cast(sessions_unauthorised as double) / nullif(greatest(sessions_possible, 0), 0)
            as percent_unauthorised,
        100 * (cast(sessions_authorised as double) + sessions_unauthorised) / nullif(greatest(sessions_possible, 0), 0)
            as percent_absent
    from absence
),

absence_deidentified as (
    select
        publishable.study,
        publishable.research_id,
        {{ year_span('absence_counted.academic_year') }} as academic_year,
        {{ rounded('absence_counted.percent_absent', 'percent_of_sessions') }} as percent_absent,
        {{ rounded('absence_counted.percent_unauthorised', 'percent_of_sessions') }} as percent_unauthorised,
        absence_counted.percent_absent >= 10 as is_persistently_absent_dv
    from absence_counted
    inner join publishable
        on
            absence_counted.delivery_id = publishable.delivery_id
            and absence_counted.pupil_matching_ref = publishable.pupil_matching_ref
)

select * from absence_deidentified
