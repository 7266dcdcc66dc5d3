with

usable as (
    select * from {{ ref('int_deliveries_usable') }}
    where is_held_by_dfe
),

-- a record is published if it may be added to anybody's answers
published_counted as (
    select
        study,
        participant_id,
        count(distinct delivery_id) as deliveries
    from usable
    group by study, participant_id
),

usable_counted as (
    select
        study,
        participant_id,
        answers_of,
        count(*) as deliveries
    from usable
    group by study, participant_id, answers_of
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
