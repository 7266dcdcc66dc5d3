-- In which years after the study child's birth are mothers paid by an employer?
-- Study: Five to Twelve. Grain: one row for the number of years from the birth to the start of a tax year.
-- Denominator: mothers linked to employment and tax records whose child's birth is known from the health
-- records, and not only those with an employment: linked and without one is not employed. Tax years are those
-- of which any employment was delivered; of two children, the younger counts. Cells of fewer than ten
-- mothers, employed or not, are blank.

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

tax_years as (
    select distinct tax_year
    from employments
    where tax_year is not null
),

pay as (
    select
        research_id,
        tax_year,
        sum(pay_in_year) as pay_in_year
    from employments
    group by research_id, tax_year
),

mothers_in_years as (
    select
        participants.research_id,
        cast(left(tax_years.tax_year, 4) as integer) - births.birth_year as years_since_birth,
        pay.research_id is not null as is_employed,
        pay.pay_in_year
    from participants
    inner join births
        on participants.family_research_id = births.family_research_id
    cross join tax_years
    left join pay
        on
            participants.research_id = pay.research_id
            and tax_years.tax_year = pay.tax_year
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
    from mothers_in_years
    where years_since_birth >= 0
    group by years_since_birth
)

select
    years_since_birth,
    case when mothers_linked >= 10 then mothers_linked end as mothers_linked,
    case when least(mothers_employed, mothers_linked - mothers_employed) >= 10 then mothers_employed end
        as mothers_employed,
    case
        when least(mothers_employed, mothers_linked - mothers_employed) >= 10
            then round(100.0 * mothers_employed / mothers_linked)
    end as percent_employed,
    case when mothers_employed >= 10 then round(median_pay, -2) end as median_pay
from years_counted
order by years_since_birth
