with

mental_health_contacts as (
    select * from {{ ref('stg_nhs_england__mental_health_contacts') }}
    where row_fault is null
),

publishable as (
    select * from {{ ref('int_publishable_records') }}
    where
        supplier = 'nhs_england'
        and domain = 'health'
        and not is_held_by_dfe
),

code_lists as (
    select * from {{ ref('code_lists') }}
),

mental_health_contacts_deidentified as (
    select
        publishable.study,
        publishable.research_id,
        {{ year_of('mental_health_contacts.contact_on') }} as contact_year,
        {{ month_of('mental_health_contacts.contact_on') }} as contact_month,
        {{ child_age_in_year('mental_health_contacts.contact_on', 'publishable') }} as age_in_year,
        {{ coded('team_type') }},
        mental_health_contacts.attended as is_attended
    from mental_health_contacts
    inner join publishable
        on
            mental_health_contacts.delivery_id = publishable.delivery_id
            and mental_health_contacts.participant_id = publishable.participant_id
    {{ label_join('team_type', 'mental_health_contacts.team_type') }}
)

select * from mental_health_contacts_deidentified
