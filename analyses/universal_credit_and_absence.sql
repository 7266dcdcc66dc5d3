-- Are children of families on Universal Credit more often persistently absent from school?
-- Study: Five to Twelve. Grain: one row for whether a parent or carer was on Universal Credit in the school year.
-- Denominator: children with an attendance record whose family has somebody linked to benefit records; linked and
-- without a spell in that year is not on it, as far as the deliveries that may be used reach. A child may be in
-- both rows.
-- Fit for the public: a count under ten is withheld, every other rounded to the nearest ten, and percentages
-- are computed from rounded counts.

with

participants as (
    select * from {{ ref('five_to_twelve__participants') }}
),

benefit_spells as (
    select * from {{ ref('five_to_twelve__benefit_spells') }}
),

absence as (
    select * from {{ ref('five_to_twelve__absence') }}
),

families_linked as (
    select distinct family_research_id
    from participants
    where is_benefits_linked
),

spells as (
    select
        participants.family_research_id,
        benefit_spells.start_month,
        coalesce(benefit_spells.end_month, '9999-12') as end_month
    from benefit_spells
    inner join participants
        on benefit_spells.research_id = participants.research_id
    where benefit_spells.benefit_type = 'UC'
),

child_years as (
    select
        participants.family_research_id,
        absence.research_id,
        absence.academic_year,
        absence.is_persistently_absent_dv,
        left(absence.academic_year, 4) || '-09' as first_month,
        cast(cast(left(absence.academic_year, 4) as integer) + 1 as varchar) || '-08' as last_month
    from absence
    inner join participants
        on absence.research_id = participants.research_id
    inner join families_linked
        on participants.family_research_id = families_linked.family_research_id
),

child_years_on_benefits as (
    select
        child_years.research_id,
        child_years.academic_year,
        child_years.is_persistently_absent_dv,
        case
            when count(spells.family_research_id) > 0 then '1: on Universal Credit'
            else '2: not on Universal Credit'
        end as universal_credit
    from child_years
    left join spells
        on
            child_years.family_research_id = spells.family_research_id
            and child_years.last_month >= spells.start_month
            and child_years.first_month <= spells.end_month
    group by child_years.research_id, child_years.academic_year, child_years.is_persistently_absent_dv
),

counted as (
    select
        universal_credit,
        count(distinct research_id) as children,
        count(distinct case when is_persistently_absent_dv then research_id end) as children_persistently_absent
    from child_years_on_benefits
    group by universal_credit
),

shown as (
    select
        universal_credit,
        {{ public_count('children', 10) | indent(8) }} as children,
        {{ public_count('children_persistently_absent', 10) | indent(8) }} as children_persistently_absent
    from counted
)

select
    universal_credit,
    children,
    children_persistently_absent,
    round(100.0 * children_persistently_absent / children) as percent_persistently_absent
from shown
where children is not null
order by universal_credit
