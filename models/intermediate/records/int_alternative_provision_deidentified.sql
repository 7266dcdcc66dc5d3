with

alternative_provision as (
    select * from {{ ref('stg_dfe__alternative_provision') }}
    where row_fault is null
),

publishable as (
    select * from {{ ref('int_publishable_records') }}
    where
        supplier = 'dfe'
        and domain = 'education'
        and is_held_by_dfe
),

code_lists as (
    select * from {{ ref('code_lists') }}
),

spells_measured as (
    select
        delivery_id,
        pupil_matching_ref,
        academic_year,
        provision_type,
        started_on,
        {{ days_between('started_on', 'ended_on') }} as days_to_last
    from alternative_provision
),

-- no month of ending: with the weeks, it would give away the days of a spell that fills its months
alternative_provision_deidentified as (
    select
        publishable.study,
        publishable.research_id,
        {{ year_span('spells_measured.academic_year') }} as academic_year,
        {{ coded('provision_type') }},
        {{ month_of('spells_measured.started_on') }} as start_month,
        case
            when spells_measured.days_to_last >= 0
                then cast(floor(spells_measured.days_to_last / 7.0) + 1 as integer)
        end as weeks
    from spells_measured
    inner join publishable
        on
            spells_measured.delivery_id = publishable.delivery_id
            and spells_measured.pupil_matching_ref = publishable.pupil_matching_ref
    {{ label_join('provision_type', 'spells_measured.provision_type') }}
)

select * from alternative_provision_deidentified
