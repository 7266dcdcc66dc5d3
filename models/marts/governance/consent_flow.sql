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

-- of the policies, so that no row comes or goes with the people in it
domains as (
    select distinct
        study,
        domain
    from policies
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
        steps_reached.study,
        steps_reached.domain,
        steps.step_number,
        count(*) as participants
    from steps_reached
    inner join steps
        on steps_reached.last_step >= steps.step_number
    group by steps_reached.study, steps_reached.domain, steps.step_number
),

consent_flow as (
    select
        domains.study,
        domains.domain,
        steps.step_number,
        steps.step,
        {{ public_count('steps_counted.participants', 'disclosure_control.round_counts_to') | indent(8) }}
            as participants
    from domains
    cross join steps
    cross join disclosure_control
    left join steps_counted
        on
            domains.study = steps_counted.study
            and domains.domain = steps_counted.domain
            and steps.step_number = steps_counted.step_number
)

select * from consent_flow
