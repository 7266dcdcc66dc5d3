-- Are pupils with a plan for their special needs more often persistently absent than those with other support?
-- Study: SEND Futures, on the side of the records. Grain: one row per provision for special educational needs.
-- Denominator: children with a census row and an attendance record of the same school year, in any such
-- year; a child whose provision changed is in several rows.
-- Fit for the public: a count under ten is withheld, every other rounded to the nearest ten, and percentages
-- are computed from rounded counts.

with

child_years as (
    select * from {{ ref('send_futures__child_years') }}
    where
        sen_provision_label is not null
        and is_persistently_absent_dv is not null
),

counted as (
    select
        sen_provision_label as provision,
        count(distinct research_id) as children,
        count(distinct case when is_persistently_absent_dv then research_id end) as children_persistently_absent
    from child_years
    group by sen_provision_label
),

shown as (
    select
        provision,
        {{ public_count('children', 10) | indent(8) }} as children,
        {{ public_count('children_persistently_absent', 10) | indent(8) }} as children_persistently_absent
    from counted
)

select
    provision,
    children,
    children_persistently_absent,
    round(100.0 * children_persistently_absent / children) as percent_persistently_absent
from shown
where children is not null
order by provision
