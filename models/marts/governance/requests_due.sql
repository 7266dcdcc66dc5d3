with

request_clocks as (
    select * from {{ ref('request_clocks') }}
),

requests_of_inactive as (
    select * from {{ ref('int_requests_of_inactive') }}
),

studies as (
    select * from {{ ref('studies') }}
),

disclosure_control as (
    select * from {{ ref('disclosure_control') }}
),

-- so that no row comes or goes with the people in it
rows_shown as (
    {%- for request_type in ('access', 'rectify', 'erase') %}
    {%- set last_type = loop.last %}
    {%- for clock in ('overdue', 'due_within_a_week', 'due_later', 'done', 'void') %}
    select
        study,
        '{{ request_type }}' as request_type,
        '{{ clock }}' as clock
    from studies
    {%- if not (last_type and loop.last) %}
    union all
    {%- endif %}
    {%- endfor %}
    {%- endfor %}
),

clocks_read as (
    select
        request_clocks.study,
        request_clocks.request_type,
        case
            when request_clocks.outcome = 'void' then 'void'
            when request_clocks.outcome != 'open' then 'done'
            when {{ days_between(as_of(), 'request_clocks.due_on') }} < 0 then 'overdue'
            when {{ days_between(as_of(), 'request_clocks.due_on') }} <= 7 then 'due_within_a_week'
            else 'due_later'
        end as clock
    from request_clocks
    left join requests_of_inactive
        on
            request_clocks.study = requests_of_inactive.study
            and request_clocks.request_id = requests_of_inactive.request_id
    where requests_of_inactive.request_id is null
),

requests_counted as (
    select
        study,
        request_type,
        clock,
        count(*) as requests
    from clocks_read
    group by study, request_type, clock
),

requests_due as (
    select
        rows_shown.study,
        rows_shown.request_type,
        rows_shown.clock,
        {{ public_count('requests_counted.requests', 'disclosure_control.round_counts_to') | indent(8) }}
            as requests
    from rows_shown
    cross join disclosure_control
    left join requests_counted
        on
            rows_shown.study = requests_counted.study
            and rows_shown.request_type = requests_counted.request_type
            and rows_shown.clock = requests_counted.clock
)

select * from requests_due
