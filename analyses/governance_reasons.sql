-- Why are linkages permitted, or not?
-- Grain: one row per study, domain, set of answers and reason.
-- Denominator: active participants to whom a policy applies: those who objected, were erased or asked for a
-- restriction are in no public count. A reason without a row holds for fewer than ten, or for nobody.
-- Fit for the public: a count under ten is withheld, and every other rounded to the nearest ten.

with

linkage_decisions as (
    select * from {{ ref('linkage_decisions') }}
    where reason not in ('objected', 'restricted')
),

disclosure_control as (
    select * from {{ ref('disclosure_control') }}
),

reasons_counted as (
    select
        study,
        domain,
        answers_of,
        reason,
        count(*) as participants
    from linkage_decisions
    group by study, domain, answers_of, reason
),

reasons as (
    select
        reasons_counted.study,
        reasons_counted.domain,
        reasons_counted.answers_of,
        reasons_counted.reason,
        {{ public_count('reasons_counted.participants', 'disclosure_control.round_counts_to') | indent(8) }}
            as participants
    from reasons_counted
    cross join disclosure_control
)

select *
from reasons
where participants is not null
order by study, domain, answers_of, reason
