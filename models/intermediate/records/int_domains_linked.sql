with

publishable as (
    select * from {{ ref('int_publishable_records') }}
),

participant_areas as (
    select * from {{ ref('participant_areas') }}
),

deliveries_permitted as (
    select * from {{ ref('int_deliveries_permitted') }}
),

participants as (
    select * from {{ ref('int_participants') }}
),

-- somebody is also linked of whom the agency had nothing; a child's education is never asked for
asked_about as (
    select
        deliveries_permitted.study,
        deliveries_permitted.participant_id,
        deliveries_permitted.domain
    from deliveries_permitted
    inner join participants
        on
            deliveries_permitted.study = participants.study
            and deliveries_permitted.participant_id = participants.participant_id
    where deliveries_permitted.domain != 'education' or participants.is_adult
),

domains_linked as (
    select
        study,
        participant_id,
        domain
    from publishable
    union
    select
        study,
        participant_id,
        domain
    from asked_about
    union
    select
        study,
        participant_id,
        'area' as domain
    from participant_areas
)

select * from domains_linked
