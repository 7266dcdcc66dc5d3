{#- Each count: the table whose rows it is of, the month in which one happened, and what a row adds. -#}
{%- set counts = {
    'nights_in_hospital': ('hospital_episodes', 'admission_month', 'nights_in_hospital'),
    'emergency_admissions': ('hospital_episodes', 'admission_month', 'case when is_emergency_admission_dv then 1 end'),
    'gp_contacts': ('gp_events', 'event_month', '1'),
    'prescriptions': ('prescriptions', 'prescribed_month', '1'),
    'mental_health_contacts': ('mental_health_contacts', 'contact_month', 'case when is_attended then 1 end'),
} -%}

with

-- a month that is missing because it shows a birth is counted nowhere
counted as (
    {%- for count, (table, month, adds) in counts.items() %}
    select
        study,
        research_id,
        {{ year_of_month(month_number(month), school_year_begins()) }} as begins_in,
        '{{ count }}' as counted,
        {{ adds }} as adds
    from {{ ref('int_' ~ table ~ '_deidentified') }}
    where {{ month }} is not null
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

school_years_of_health as (
    select
        study,
        research_id,
        begins_in,
        cast(coalesce(sum(case when counted = 'nights_in_hospital' then adds end), 0) as bigint)
            as nights_in_hospital,
        cast(coalesce(sum(case when counted = 'emergency_admissions' then adds end), 0) as bigint)
            as emergency_admissions,
        cast(coalesce(sum(case when counted = 'gp_contacts' then adds end), 0) as bigint)
            as gp_contacts,
        cast(coalesce(sum(case when counted = 'prescriptions' then adds end), 0) as bigint)
            as prescriptions,
        cast(coalesce(sum(case when counted = 'mental_health_contacts' then adds end), 0) as bigint)
            as mental_health_contacts
    from counted
    group by study, research_id, begins_in
)

select * from school_years_of_health
