-- How many years after the study child's birth are mothers paid by an employer?
-- Study: Five to Twelve. Grain: one row for the number of years from the birth to the start of the tax year.
-- Denominator: mothers linked to employment and tax records whose child's birth is known from the health
-- records, and not only those with an employment: linked and without one is not employed. The tax year is the
-- latest of which any employment was delivered, so that each mother is in one row. Of two children, the younger
-- counts.
-- Fit for the public: a count under ten is withheld, every other rounded to the nearest ten, and percentages
-- are computed from rounded counts.

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

employed as (
    select distinct
        research_id,
        tax_year
    from employments
),

mothers_in_tax_year as (
    select
        participants.research_id,
        cast(left(latest_tax_year.tax_year, 4) as integer) - births.birth_year as years_since_birth,
        employed.research_id is not null as is_employed
    from participants
    inner join births
        on participants.family_research_id = births.family_research_id
    cross join latest_tax_year
    left join employed
        on
            participants.research_id = employed.research_id
            and latest_tax_year.tax_year = employed.tax_year
    where
        participants.role = 'mother'
        and participants.is_employment_tax_linked
),

years_counted as (
    select
        years_since_birth,
        count(distinct research_id) as mothers_linked,
        count(distinct case when is_employed then research_id end) as mothers_employed
    from mothers_in_tax_year
    where years_since_birth >= 0
    group by years_since_birth
),

years as (
    select
        years_since_birth,
        {{ public_count('mothers_linked', 10) | indent(8) }} as mothers_linked,
        {{ public_count('mothers_employed', 10) | indent(8) }} as mothers_employed
    from years_counted
)

select
    years_since_birth,
    mothers_linked,
    mothers_employed,
    round(100.0 * mothers_employed / mothers_linked) as percent_employed
from years
where mothers_linked is not null
order by years_since_birth
