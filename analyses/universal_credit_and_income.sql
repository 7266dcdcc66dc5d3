-- Who of those with a low household income was on Universal Credit in the year of their interview?
-- Study: Five to Twelve. Grain: one row per band of yearly household income.
-- Denominator: interviewed parents linked to benefit records who named an income, in their latest interview,
-- and not only those with a benefit: linked and without a spell in that year is not on it, as far as the
-- deliveries that may be used reach.
-- Fit for the public: a count under ten is withheld, every other rounded to the nearest ten, and percentages
-- are computed from rounded counts.

with

participants as (
    select * from {{ ref('five_to_twelve__participants') }}
),

parent_interviews as (
    select * from {{ ref('five_to_twelve__parent_interviews') }}
),

benefit_spells as (
    select * from {{ ref('five_to_twelve__benefit_spells') }}
),

interviews_ranked as (
    select
        parent_interviews.research_id,
        parent_interviews.interview_year,
        case
            when parent_interviews.household_income < 15000 then '1: under 15,000 pounds'
            when parent_interviews.household_income < 30000 then '2: 15,000 to under 30,000 pounds'
            when parent_interviews.household_income < 50000 then '3: 30,000 to under 50,000 pounds'
            else '4: 50,000 pounds or more'
        end as household_income,
        row_number() over (
            partition by parent_interviews.research_id
            order by parent_interviews.wave desc
        ) as newest_first
    from parent_interviews
    inner join participants
        on parent_interviews.research_id = participants.research_id
    where
        participants.is_benefits_linked
        and parent_interviews.interview_year is not null
        and parent_interviews.household_income is not null
),

latest_interviews as (
    select * from interviews_ranked
    where newest_first = 1
),

-- a spell whose end is not told may have reached any later year: it counts in the year of its start alone
on_universal_credit as (
    select distinct latest_interviews.research_id
    from latest_interviews
    inner join benefit_spells
        on
            latest_interviews.research_id = benefit_spells.research_id
            and latest_interviews.interview_year >= benefit_spells.start_year
            and (
                not coalesce(benefit_spells.is_ended, true)
                or latest_interviews.interview_year <= coalesce(benefit_spells.end_year, benefit_spells.start_year)
            )
    where benefit_spells.benefit_type = 'Universal Credit'
),

bands_counted as (
    select
        latest_interviews.household_income,
        count(*) as parents_linked,
        count(on_universal_credit.research_id) as parents_on_universal_credit
    from latest_interviews
    left join on_universal_credit
        on latest_interviews.research_id = on_universal_credit.research_id
    group by latest_interviews.household_income
),

bands as (
    select
        household_income,
        {{ public_count('parents_linked', 10) | indent(8) }} as parents_linked,
        {{ public_count('parents_on_universal_credit', 10) | indent(8) }} as parents_on_universal_credit
    from bands_counted
)

select
    household_income,
    parents_linked,
    parents_on_universal_credit,
    round(100.0 * parents_on_universal_credit / parents_linked) as percent_on_universal_credit
from bands
where parents_linked is not null
order by household_income
