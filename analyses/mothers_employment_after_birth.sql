-- How many years after the study child's birth are mothers paid by an employer?
-- Study: Five to Twelve. Grain: one row for the number of years from the birth to the start of the tax year.
-- Denominator: mothers linked to employment and tax records whose child's birth is known from the health
-- records, and not only those with an employment: linked and without one is not employed. The tax year is the
-- latest of which any employment was delivered, so that each mother is in one row: rows of several years would
-- tell, by their differences, of the mothers of one. Of two children, the younger counts. A row of fewer than
-- ten mothers is left out; where fewer than ten of it are employed, or are not, how many and their pay are
-- blank. The next smallest are withheld too, until those withheld are together ten or more.

with

participants as (
    select * from {{ ref('five_to_twelve__participants') }}
),

register_events as (
    select * from {{ ref('five_to_twelve__register_events') }}
),

employments as (
    select * from {{ ref('five_to_twelve__employments') }}
),

births as (
    select
        participants.family_research_id,
        max(register_events.event_year) as birth_year
    from register_events
    inner join participants
        on register_events.research_id = participants.research_id
    where
        register_events.event_type = 'Birth'
        and participants.role = 'child'
    group by participants.family_research_id
),

latest_tax_year as (
    select max(tax_year) as tax_year
    from employments
),

pay as (
    select
        research_id,
        tax_year,
        sum(pay_in_year) as pay_in_year
    from employments
    group by research_id, tax_year
),

mothers_in_tax_year as (
    select
        participants.research_id,
        cast(left(latest_tax_year.tax_year, 4) as integer) - births.birth_year as years_since_birth,
        pay.research_id is not null as is_employed,
        pay.pay_in_year
    from participants
    inner join births
        on participants.family_research_id = births.family_research_id
    cross join latest_tax_year
    left join pay
        on
            participants.research_id = pay.research_id
            and latest_tax_year.tax_year = pay.tax_year
    where
        participants.role = 'mother'
        and participants.is_employment_tax_linked
),

years_counted as (
    select
        years_since_birth,
        count(distinct research_id) as mothers_linked,
        count(distinct case when is_employed then research_id end) as mothers_employed,
        median(pay_in_year) as median_pay
    from mothers_in_tax_year
    where years_since_birth >= 0
    group by years_since_birth
),

years_withheld as (
    select
        *,
        {{ may_be_published(['mothers_linked'], 'years_since_birth', 10) | indent(8) }} as may_be_published,
        {{ may_be_published(
            ['mothers_employed', 'mothers_linked - mothers_employed'], 'years_since_birth', 10
        ) | indent(8) }} as may_be_split
    from years_counted
)

select
    years_since_birth,
    mothers_linked,
    case when may_be_split then mothers_employed end as mothers_employed,
    case when may_be_split then round(100.0 * mothers_employed / mothers_linked) end as percent_employed,
    case when may_be_split then round(median_pay, -2) end as median_pay
from years_withheld
where may_be_published
order by years_since_birth
