-- How well the children of a study were found: `children`, `truth`, `near`, `scored`, and the
-- variables `link_from` and `review_from`.

create view true_pairs as
select
    truth.participant_id as child_id,
    truth.pupil_matching_ref as pupil_id,
    truth.differences,
    children.origin,
    count(*) over (partition by truth.participant_id) as entries
from truth
join children on children.study = truth.study and children.child_id = truth.participant_id;

create table judged as
select
    scored.child_id,
    scored.pupil_id,
    scored.match_probability,
    true_pairs.child_id is not null as is_true,
    coalesce(max(true_pairs.entries) over (partition by scored.child_id), 1) > 1 as is_entered_twice,
    scored.match_probability >= getvariable('link_from') and not scored.needs_clerk as is_linked,
    not is_linked and scored.match_probability >= getvariable('review_from') as is_to_review
from scored
left join true_pairs using (child_id, pupil_id);

create view by_threshold as
select
    match_probability as threshold,
    -- twice the true pairs over all that are linked and all that should be
    2 * sum(sum(is_true::integer)) over best_first
    / (sum(count(*)) over best_first + (select count(*) from true_pairs where entries = 1)) as f1
from judged
where not is_entered_twice
group by match_probability
window best_first as (order by match_probability desc);

create view counted as
select
    count(*) filter (where is_linked) as linked,
    count(*) filter (where is_linked and is_true) as rightly_linked,
    count(*) filter (where is_linked and is_true and not is_entered_twice) as found,
    count(*) filter (where is_to_review) as to_review,
    (select count(*) from true_pairs where entries = 1) as to_find
from judged;

create view overall as
select
    rightly_linked / linked as precision,
    found / to_find as recall,
    2 * precision * recall / (precision + recall) as f1,
    (select max(f1) from by_threshold) as best_f1,
    (select arg_max(threshold, f1) from by_threshold) as best_threshold,
    to_review
from counted;

create view fates as
select
    true_pairs.child_id,
    true_pairs.entries,
    true_pairs.origin,
    if(true_pairs.differences = '', [], string_split(true_pairs.differences, ', ')) as ways,
    coalesce(judged.is_linked, false) as is_linked,
    coalesce(judged.is_to_review, false) as is_to_review
from true_pairs
left join judged using (child_id, pupil_id);

create view found_by_difference as
with
fates_by_kind as (
    select
        child_id,
        is_linked,
        is_to_review,
        unnest(
            ways
            || [case len(ways)
                when 0 then 'nothing differs'
                when 1 then 'one thing differs'
                else 'several differ'
            end]
        ) as what
    from fates
    where entries = 1
    union all
    select child_id, bool_or(is_linked), bool_or(is_to_review), 'entered twice'
    from fates
    where entries > 1
    group by child_id
)
select
    what,
    count(*) as children,
    count(*) filter (where is_linked) as linked,
    count(*) filter (where not is_linked and is_to_review) as to_review,
    count(*) filter (where not is_linked and not is_to_review) as neither
from fates_by_kind
group by what
order by
    what not in ('nothing differs', 'one thing differs', 'several differ'),
    what = 'entered twice',
    children desc,
    what;

-- bias is seen here before it is published: precision and recall by the origin of the child's name
create view found_by_origin as
with
linked_of_origin as (
    select
        children.origin,
        count(*) as linked,
        count(*) filter (where judged.is_true) as rightly_linked
    from judged
    join children using (child_id)
    where judged.is_linked
    group by children.origin
),
found_of_origin as (
    select
        origin,
        count(*) as children,
        count(*) filter (where is_linked) as found,
        count(*) filter (where not is_linked and is_to_review) as to_review
    from fates
    where entries = 1
    group by origin
)
select
    origin,
    children,
    coalesce(rightly_linked / linked, 1) as precision,
    found / children as recall,
    coalesce(linked - rightly_linked, 0) as wrong,
    to_review
from found_of_origin
left join linked_of_origin using (origin)
order by children desc, origin;

create view wrong_by_kind as
select
    coalesce(near.kind, 'stranger') as kind,
    count(*) as pairs
from judged
left join near
    on near.participant_id = judged.child_id and near.pupil_matching_ref = judged.pupil_id
where judged.is_linked and not judged.is_true
group by all
order by all;
