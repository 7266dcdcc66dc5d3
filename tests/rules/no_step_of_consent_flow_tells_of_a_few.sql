-- No published count of consent_flow is small, nor is a difference of two that anybody can take: between
-- steps of a domain, unless they are the same by definition, and between the people of two domains, who
-- where they are not the same differ by the children.

with

consent_flow as (
    select * from {{ ref('consent_flow') }}
    where participants is not null
),

policies as (
    select * from {{ ref('linkage_policies') }}
),

disclosure_control as (
    select * from {{ ref('disclosure_control') }}
),

domains as (
    select
        study,
        domain,
        bool_and(mode = 'standard') as is_standard,
        bool_or(domain = 'education' and records_of_role = 'child') as is_matching,
        bool_or(records_of_role = 'child') as is_for_children,
        bool_or(records_of_role = 'adult') as is_for_adults
    from policies
    group by study, domain
),

steps as (
    select
        consent_flow.study,
        consent_flow.domain,
        consent_flow.step,
        consent_flow.step_number,
        consent_flow.participants,
        case
            when consent_flow.step in ('asked', 'said_yes') and domains.is_standard then 'took_part'
            when consent_flow.step = 'matched' and not domains.is_matching then 'permitted'
            else consent_flow.step
        end as same_as
    from consent_flow
    inner join domains
        on
            consent_flow.study = domains.study
            and consent_flow.domain = domains.domain
),

falls as (
    select
        earlier.study,
        earlier.domain,
        earlier.step,
        later.step as beside,
        earlier.participants - later.participants as participants
    from steps as earlier
    inner join steps as later
        on
            earlier.study = later.study
            and earlier.domain = later.domain
            and earlier.step_number < later.step_number
            and earlier.same_as != later.same_as
),

-- those invited, those who took part and those who did not
people as (
    select
        study,
        domain,
        step,
        participants
    from steps
    where step in ('invited', 'took_part')
    union all
    select
        study,
        domain,
        'never_took_part' as step,
        participants
    from falls
    where step = 'invited' and beside = 'took_part'
),

-- of domains for everyone and domains for adults alone
children as (
    select
        everyone.study,
        everyone.domain,
        everyone.step,
        adults.domain as beside,
        everyone.participants - adults.participants as participants
    from people as everyone
    inner join people as adults
        on
            everyone.study = adults.study
            and everyone.step = adults.step
    inner join domains as domains_for_everyone
        on
            everyone.study = domains_for_everyone.study
            and everyone.domain = domains_for_everyone.domain
            and domains_for_everyone.is_for_children
            and domains_for_everyone.is_for_adults
    inner join domains as domains_for_adults
        on
            adults.study = domains_for_adults.study
            and adults.domain = domains_for_adults.domain
            and not domains_for_adults.is_for_children
),

counts as (
    select
        study,
        domain,
        step,
        null as beside,
        participants
    from steps
    union all
    select * from falls
    union all
    select * from children
)

select
    counts.study,
    counts.domain,
    counts.step,
    counts.beside
from counts
cross join disclosure_control
where counts.participants < disclosure_control.min_class_size
