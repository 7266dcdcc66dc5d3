-- Why are linkages not permitted? For a report that may be published.
-- Grain: one row a study, domain, set of answers and reason.
-- Denominator: active participants to whom a policy applies: those who objected, were erased or asked for a
-- restriction are in no published count. How many are invited and permitted is in `consent_flow`. Those of the
-- pilot, those who cannot be read and those who are permitted have no row here: the first two are the same
-- people in every domain, so that one domain's table would tell what another's withholds. They count, as far
-- as they did not come to the flow's step `permitted`, among what has no row.
-- A reason that has no row holds for fewer than disclosure control allows, or for nobody, or is the next
-- smallest, withheld until all that has no row comes to that size: so none of it can be told from the flow's
-- steps, whose difference the reasons and the rest make up.

with

linkage_decisions as (
    select * from {{ ref('linkage_decisions') }}
),

steps_reached as (
    select * from {{ ref('int_steps_reached') }}
),

disclosure_control as (
    select * from {{ ref('disclosure_control') }}
),

reasons as (
    select
        linkage_decisions.study,
        linkage_decisions.domain,
        linkage_decisions.answers_of,
        linkage_decisions.reason,
        linkage_decisions.reason not in ('permitted', 'pilot', 'unreadable') as has_row,
        count(*) as participants,
        count(case when steps_reached.last_step < 5 then 1 end) as participants_not_permitted
    from linkage_decisions
    inner join steps_reached
        on
            linkage_decisions.study = steps_reached.study
            and linkage_decisions.participant_id = steps_reached.participant_id
            and linkage_decisions.domain = steps_reached.domain
    group by linkage_decisions.study, linkage_decisions.domain, linkage_decisions.answers_of, linkage_decisions.reason
),

reasons_beside_the_rest as (
    select
        reasons.*,
        disclosure_control.min_class_size,
        coalesce(
            sum(case when not reasons.has_row then reasons.participants_not_permitted end) over (
                partition by reasons.study, reasons.domain, reasons.answers_of
            ),
            0
        ) as participants_in_rest
    from reasons
    cross join disclosure_control
),

reasons_withheld as (
    select
        *,
        {{ may_be_published(
            ['participants'],
            'reason',
            'min_class_size',
            within=['study', 'domain', 'answers_of'],
            rest='participants_in_rest',
        ) | indent(8) }} as may_be_published
    from reasons_beside_the_rest
    where has_row
)

select
    study,
    domain,
    answers_of,
    reason,
    participants
from reasons_withheld
where may_be_published
order by study, domain, answers_of, reason
