with

pupil_deliveries as (
    select * from {{ ref('int_pupil_deliveries') }}
),

usable as (
    select * from {{ ref('int_deliveries_usable') }}
    where is_held
),

-- a record is published if it may be added to anybody's answers
deliveries_published as (
    select distinct
        usable.study,
        usable.participant_id,
        usable.delivery_id
    from usable
    inner join pupil_deliveries
        on
            usable.study = pupil_deliveries.study
            and usable.participant_id = pupil_deliveries.participant_id
            and usable.delivery_id = pupil_deliveries.delivery_id
),

published_counted as (
    select
        study,
        participant_id,
        count(*) as deliveries
    from deliveries_published
    group by study, participant_id
),

usable_counted as (
    select
        usable.study,
        usable.participant_id,
        usable.answers_of,
        count(*) as deliveries
    from usable
    inner join deliveries_published
        on
            usable.study = deliveries_published.study
            and usable.participant_id = deliveries_published.participant_id
            and usable.delivery_id = deliveries_published.delivery_id
    group by usable.study, usable.participant_id, usable.answers_of
),

children_linked as (
    select
        usable_counted.study,
        usable_counted.participant_id,
        usable_counted.answers_of
    from usable_counted
    inner join published_counted
        on
            usable_counted.study = published_counted.study
            and usable_counted.participant_id = published_counted.participant_id
            and usable_counted.deliveries = published_counted.deliveries
)

select * from children_linked
