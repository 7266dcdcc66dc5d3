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

-- from the policies, so that no row comes or goes with the people in it
flows as (
    select
        study,
        domain,
        mode,
        bool_or(domain = 'education' and records_of_role = 'child') as is_matched_here
    from policies
    group by study, domain, mode
),

{% set modes_of_steps = {
    'invited': 'any', 'took_part': 'any', 'asked': 'permission', 'said_yes': 'permission',
    'did_not_object': 'standard', 'permitted': 'any', 'matched': 'any', 'records_usable': 'any',
} -%}
steps as (
    {%- for step, mode in modes_of_steps.items() %}
    select
        {{ loop.index }} as step_order,
        '{{ step }}' as step_name,
        '{{ mode }}' as of_mode
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

steps_of_flows as (
    select
        flows.study,
        flows.domain,
        flows.mode,
        steps.step_name as step,
        steps.step_order,
        cast(row_number() over (
            partition by flows.study, flows.domain, flows.mode
            order by steps.step_order
        ) as integer) as step_number
    from flows
    inner join steps
        on
            steps.of_mode in ('any', flows.mode)
            and (steps.step_name != 'matched' or flows.is_matched_here)
),

steps_counted as (
    select
        steps_reached.study,
        steps_reached.domain,
        steps_reached.mode,
        steps.step_order,
        count(*) as participants
    from steps_reached
    inner join steps
        on steps_reached.last_step >= steps.step_order
    group by steps_reached.study, steps_reached.domain, steps_reached.mode, steps.step_order
),

consent_flow as (
    select
        steps_of_flows.study,
        steps_of_flows.domain,
        steps_of_flows.mode,
        steps_of_flows.step_number,
        steps_of_flows.step,
        {{ public_count('steps_counted.participants', 'disclosure_control.round_counts_to') | indent(8) }}
            as participants
    from steps_of_flows
    cross join disclosure_control
    left join steps_counted
        on
            steps_of_flows.study = steps_counted.study
            and steps_of_flows.domain = steps_counted.domain
            and steps_of_flows.mode = steps_counted.mode
            and steps_of_flows.step_order = steps_counted.step_order
)

select * from consent_flow
