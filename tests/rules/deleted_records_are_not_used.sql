-- After an honoured deletion those records are in no working table that feeds a mart. Only records that came
-- after it, or that DfE holds anyway and whose linkage was permitted again after it, may be used.

with

deletions as (
    select
        study,
        participant_id,
        domain,
        max(received_at) as deleted_at
    from {{ ref('int_deletions') }}
    where is_honoured
    group by study, participant_id, domain
),

usable as (
    select * from {{ ref('int_deliveries_usable') }}
),

deliveries as (
    select * from {{ ref('int_deliveries') }}
),

permitted_again as (
    select
        intervals.study,
        intervals.participant_id,
        intervals.domain,
        intervals.answers_of
    from {{ ref('int_permitted_intervals') }} as intervals
    inner join deletions
        on
            intervals.study = deletions.study
            and intervals.participant_id = deletions.participant_id
            and intervals.domain = deletions.domain
            and intervals.permitted_from > deletions.deleted_at
)

select
    usable.domain,
    count(*) as deliveries
from usable
inner join deletions
    on
        usable.study = deletions.study
        and usable.participant_id = deletions.participant_id
        and usable.domain = deletions.domain
inner join deliveries
    on usable.delivery_id = deliveries.delivery_id
left join permitted_again
    on
        usable.study = permitted_again.study
        and usable.participant_id = permitted_again.participant_id
        and usable.domain = permitted_again.domain
        and usable.answers_of = permitted_again.answers_of
where
    deliveries.received_at <= deletions.deleted_at
    and not (deliveries.is_held_by_dfe and permitted_again.participant_id is not null)
group by usable.domain
