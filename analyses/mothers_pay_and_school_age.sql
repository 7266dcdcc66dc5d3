-- Are mothers paid by an employer more often once their child is at school?
-- Study: Five to Twelve. Grain: one row for whether the tax year ended before the child started school.
-- Denominator: mothers with a National Insurance record of the tax year, paid or credited, whose child is in the
-- school census. A child starts school in the September of reception. A mother may be in both rows.
-- Fit for the public: a count under ten is withheld, every other rounded to the nearest ten, and percentages
-- are computed from rounded counts.

with

participants as (
    select * from {{ ref('five_to_twelve__participants') }}
),

pupil_census as (
    select * from {{ ref('five_to_twelve__pupil_census') }}
),

national_insurance as (
    select * from {{ ref('five_to_twelve__national_insurance') }}
),

employments as (
    select * from {{ ref('five_to_twelve__employments') }}
),

school_starts as (
    select
        participants.family_research_id,
        max(
            cast(left(pupil_census.academic_year, 4) as integer) - pupil_census.national_curriculum_year
        ) as start_year
    from pupil_census
    inner join participants
        on pupil_census.research_id = participants.research_id
    where pupil_census.national_curriculum_year is not null
    group by participants.family_research_id
),

years as (
    select
        participants.research_id,
        case
            when cast(left(national_insurance.tax_year, 4) as integer) < school_starts.start_year
                then '1: before the child started school'
            else '2: after the child started school'
        end as period,
        employments.research_id is not null as is_paid
    from participants
    inner join school_starts
        on participants.family_research_id = school_starts.family_research_id
    inner join national_insurance
        on participants.research_id = national_insurance.research_id
    left join employments
        on
            national_insurance.research_id = employments.research_id
            and national_insurance.tax_year = employments.tax_year
    where participants.role = 'mother'
),

counted as (
    select
        period,
        count(distinct research_id) as mothers,
        count(distinct case when is_paid then research_id end) as mothers_paid
    from years
    group by period
),

shown as (
    select
        period,
        {{ public_count('mothers', 10) | indent(8) }} as mothers,
        {{ public_count('mothers_paid', 10) | indent(8) }} as mothers_paid
    from counted
)

select
    period,
    mothers,
    mothers_paid,
    round(100.0 * mothers_paid / mothers) as percent_paid
from shown
where mothers is not null
order by period
