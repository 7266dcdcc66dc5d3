{#- Tables that are read and not published, with the column that says when a row happened, if any does. -#}
{%- set tables_read = [
    ('int_permissions_checked', 'answered_at'),
    ('int_requests_checked', 'received_at'),
    ('int_clerical_decisions_checked', 'decided_at'),
    ('int_shared_records_checked', 'shared_at'),
    ('stg_governance__deliveries', 'received_at'),
    ('stg_governance__projects', 'null'),
    ('stg_governance__researchers', 'null'),
    ('stg_dfe__pupils', 'null'),
    ('stg_dfe__schools', 'null'),
    ('stg_ons__postcodes', 'null'),
    ('stg_ons__areas', 'null'),
] -%}
{#- Tables of answers, with the study whose research table they go to. -#}
{%- set tables_of_answers = [
    ('parent_interviews', 'five_to_twelve', 'interviewed_on'),
    ('parent_survey', 'send_futures', 'completed_on'),
    ('child_survey', 'send_futures', 'completed_on'),
] -%}
{%- set studies_published = research_tables() | join("', '") -%}

with

participants_known as (
    select * from {{ ref('participants_known') }}
),

participants as (
    select * from {{ ref('int_participants') }}
),

publishable_answers as (
    select * from {{ ref('int_publishable_answers') }}
),

rows_of_participants as (
    select
        landed.source_table,
        landed.row_number,
        landed.row_fault as fault,
        case
            when participants.participant_id is null then 'erased'
            when not participants.is_active then 'withdrawn'
            when
                participants.study in ('{{ studies_published }}')
                then 'published'
            else 'not_published'
        end as fate
    from {{ ref('stg_surveys__participants') }} as landed
    left join participants
        on
            landed.study = participants.study
            and landed.participant_id = participants.participant_id
),

{% for table, study, happened_on in tables_of_answers -%}
rows_of_{{ table }} as (
    select
        answers.source_table,
        answers.row_number,
        coalesce(
            answers.row_fault,
            case when participants_known.participant_id is null then 'unknown_participant' end
        ) as fault,
        case
            when answers.{{ happened_on }} > cast({{ as_of() }} as date) then 'not_received_yet'
            when participants.participant_id is null then 'erased'
            when publishable_answers.participant_id is null then 'withdrawn'
            when answers.study = '{{ study }}' then 'published'
            else 'not_published'
        end as fate
    from {{ ref('stg_surveys__' ~ table) }} as answers
    left join participants_known
        on
            answers.study = participants_known.study
            and answers.participant_id = participants_known.participant_id
    left join participants
        on
            answers.study = participants.study
            and answers.participant_id = participants.participant_id
    left join publishable_answers
        on
            answers.study = publishable_answers.study
            and answers.participant_id = publishable_answers.participant_id
),

{% endfor -%}

rows_read as (
    {%- for table, happened_at in tables_read %}
    select
        source_table,
        row_number,
        row_fault as fault,
        case when {{ happened_at }} > {{ as_of() }} then 'not_received_yet' else 'read' end as fate
    from {{ ref(table) }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

rows_judged as (
    select * from rows_of_participants
    {%- for table, study, happened_on in tables_of_answers %}
    union all
    select * from rows_of_{{ table }}
    {%- endfor %}
    union all
    select * from rows_read
),

row_fates as (
    select
        source_table,
        case when fault is null then fate else 'quarantined' end as fate,
        case when fault is not null then row_number end as quarantined_row,
        cast(null as varchar) as delivery_id,
        fault as reason,
        count(*) as records
    from rows_judged
    group by all
)

select * from row_fates
