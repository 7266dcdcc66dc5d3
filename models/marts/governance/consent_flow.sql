with

steps_reached as (
    select * from {{ ref('int_steps_reached') }}
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
        bool_or(domain = 'education' and records_of_role = 'child') as is_matching
    from policies
    group by study, domain
),

populations as (
    select distinct
        study,
        domain,
        records_of_role = 'adult' as is_adult
    from policies
),

participants_counted as (
    select
        study,
        domain,
        is_adult,
        last_step,
        count(*) as participants
    from steps_reached
    group by study, domain, is_adult, last_step
),

-- who is invited and who takes part is the same in every domain, so that domains for adults alone tell
-- of the children beside them: the fewest of either kind count
populations_counted as (
    select
        populations.study,
        populations.domain,
        populations.is_adult,
        coalesce(sum(participants_counted.participants), 0) as invited,
        coalesce(sum(case when participants_counted.last_step >= 2 then participants_counted.participants end), 0)
            as took_part
    from populations
    left join participants_counted
        on
            populations.study = participants_counted.study
            and populations.domain = participants_counted.domain
            and populations.is_adult = participants_counted.is_adult
    group by populations.study, populations.domain, populations.is_adult
),

studies as (
    select
        study,
        min(invited) as fewest_invited,
        min(least(took_part, invited - took_part)) as fewest_told_apart
    from populations_counted
    group by study
),

{% set names = ['invited', 'took_part', 'asked', 'said_yes', 'permitted', 'matched', 'records_usable'] -%}
steps as (
    {%- for name in names %}
    select
        {{ loop.index }} as step_number,
        '{{ name }}' as step
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

steps_counted as (
    select
        participants_counted.study,
        participants_counted.domain,
        steps.step_number,
        steps.step,
        sum(
            case
                when participants_counted.last_step >= steps.step_number then participants_counted.participants
                else 0
            end
        ) as participants
    from participants_counted
    cross join steps
    group by participants_counted.study, participants_counted.domain, steps.step_number, steps.step
),

-- steps that are the same by definition are one stage: in mode standard everyone who takes part counts as
-- asked and as not having said no, and nobody but a child in education has to be matched
steps_in_stages as (
    select
        steps_counted.*,
        sum(
            case
                when steps_counted.step in ('asked', 'said_yes') and domains.is_standard then 0
                when steps_counted.step = 'matched' and not domains.is_matching then 0
                else 1
            end
        ) over (
            partition by steps_counted.study, steps_counted.domain
            order by steps_counted.step_number
            rows between unbounded preceding and current row
        ) as stage_number,
        max(case when steps_counted.step = 'took_part' then steps_counted.participants end)
            over (partition by steps_counted.study, steps_counted.domain) as took_part
    from steps_counted
    inner join domains
        on
            steps_counted.study = domains.study
            and steps_counted.domain = domains.domain
),

steps_told_apart as (
    select
        *,
        participants - coalesce(
            max(participants) over (
                partition by study, domain
                order by stage_number
                range between 1 following and 1 following
            ),
            0
        ) as went_no_further
    from steps_in_stages
),

-- the fewest people that a step tells of, by itself or by its difference from another
steps_weighed as (
    select
        steps_told_apart.*,
        disclosure_control.min_class_size,
        case
            when steps_told_apart.stage_number = 1 then studies.fewest_invited
            when steps_told_apart.stage_number = 2 then studies.fewest_told_apart
            else least(steps_told_apart.went_no_further, steps_told_apart.took_part - steps_told_apart.participants)
        end as fewest
    from steps_told_apart
    inner join studies
        on steps_told_apart.study = studies.study
    cross join disclosure_control
),

consent_flow as (
    select
        study,
        domain,
        step_number,
        step,
        cast(case when fewest >= min_class_size then participants end as bigint) as participants
    from steps_weighed
)

select * from consent_flow
