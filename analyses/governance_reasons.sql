-- Why are linkages permitted, or not? For a report that may be published.
-- Grain: one row a study, domain, set of answers and reason.
-- Denominator: active participants to whom a policy applies: those who objected, were erased or asked for a
-- restriction are in no published count. Cells under the smallest that disclosure control allows are blank,
-- and so are the next smallest until the blank ones together are enough not to be told from the total.

with

linkage_decisions as (
    select * from {{ ref('linkage_decisions') }}
    where reason not in ('objected', 'restricted')
),

disclosure_control as (
    select * from {{ ref('disclosure_control') }}
),

reasons as (
    select
        study,
        domain,
        answers_of,
        reason,
        count(*) as participants
    from linkage_decisions
    group by study, domain, answers_of, reason
),

reasons_ranked as (
    select
        reasons.study,
        reasons.domain,
        reasons.answers_of,
        reasons.reason,
        reasons.participants,
        sum(reasons.participants) over linkages as participants_in_all,
        disclosure_control.min_class_size,
        min(reasons.participants) over linkages as smallest,
        coalesce(sum(reasons.participants) over smaller_ones, 0) as participants_in_smaller
    from reasons
    cross join disclosure_control
    window
        linkages as (partition by reasons.study, reasons.domain, reasons.answers_of),
        smaller_ones as (
            partition by reasons.study, reasons.domain, reasons.answers_of
            order by reasons.participants, reasons.reason
            rows between unbounded preceding and 1 preceding
        )
)

select
    study,
    domain,
    answers_of,
    reason,
    participants_in_all,
    case
        when
            participants >= min_class_size
            and (smallest >= min_class_size or participants_in_smaller >= min_class_size)
            then participants
    end as participants
from reasons_ranked
order by study, domain, answers_of, reason
