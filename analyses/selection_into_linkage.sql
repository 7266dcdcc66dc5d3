-- Who is linked, and who is not? Those who are may differ from everyone who answered.
-- Study: Five to Twelve. Grain: one row per characteristic, group of it and domain.
-- Denominator: interviewed parents with the characteristic in their latest interview, linked or not.
-- Fit for the public: a count under ten is withheld, every other rounded to the nearest ten, and percentages
-- are computed from rounded counts.

with

participants as (
    select * from {{ ref('five_to_twelve__participants') }}
),

parent_interviews as (
    select * from {{ ref('five_to_twelve__parent_interviews') }}
),

interviews_ranked as (
    select
        research_id,
        split_part(ethnic_group_label, ':', 1) as ethnic_group,
        tenure_label as tenure,
        row_number() over (partition by research_id order by wave desc) as newest_first
    from parent_interviews
),

parents as (
    select
        interviews_ranked.ethnic_group,
        interviews_ranked.tenure,
        participants.is_education_linked,
        participants.is_health_linked,
        participants.is_employment_tax_linked,
        participants.is_benefits_linked,
        participants.is_area_linked
    from interviews_ranked
    inner join participants
        on interviews_ranked.research_id = participants.research_id
    where interviews_ranked.newest_first = 1
),

parents_in_groups as (
    select
        'ethnic_group' as characteristic,
        parents.ethnic_group as answer,
        parents.*
    from parents
    union all
    select
        'tenure' as characteristic,
        parents.tenure as answer,
        parents.*
    from parents
),

domains as (
    select unnest(['education', 'health', 'employment_tax', 'benefits', 'area']) as domain
),

parents_in_domains as (
    select
        parents_in_groups.characteristic,
        parents_in_groups.answer,
        domains.domain,
        case domains.domain
            when 'education' then parents_in_groups.is_education_linked
            when 'health' then parents_in_groups.is_health_linked
            when 'employment_tax' then parents_in_groups.is_employment_tax_linked
            when 'benefits' then parents_in_groups.is_benefits_linked
            when 'area' then parents_in_groups.is_area_linked
        end as is_linked
    from parents_in_groups
    cross join domains
),

groups_counted as (
    select
        characteristic,
        answer,
        domain,
        count(*) as parents,
        count(case when is_linked then 1 end) as parents_linked
    from parents_in_domains
    where answer is not null
    group by characteristic, answer, domain
),

groups as (
    select
        characteristic,
        answer,
        domain,
        {{ public_count('parents', 10) | indent(8) }} as parents,
        {{ public_count('parents_linked', 10) | indent(8) }} as parents_linked
    from groups_counted
)

select
    characteristic,
    answer,
    domain,
    parents,
    parents_linked,
    round(100.0 * parents_linked / parents) as percent_linked
from groups
where parents is not null
order by characteristic, answer, domain
