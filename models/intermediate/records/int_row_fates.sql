{%- set studies_published = research_tables() | join("', '") -%}
{%- set tables_published = [] -%}
{%- for study, names in research_tables().items() -%}
{%- for name in names -%}
{%- do tables_published.append("('" ~ study ~ "', '" ~ name ~ "')") -%}
{%- endfor -%}
{%- endfor %}

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

answers as (
    select * from {{ ref('int_answers_landed') }}
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

rows_of_answers as (
    select
        answers.source_table,
        answers.row_number,
        coalesce(
            answers.row_fault,
            case when participants_known.participant_id is null then 'unknown_participant' end
        ) as fault,
        case
            when answers.took_part_on > cast({{ as_of() }} as date) then 'not_received_yet'
            when participants.participant_id is null then 'erased'
            when publishable_answers.participant_id is null then 'withdrawn'
            when (answers.study, answers.survey) in ({{ tables_published | join(', ') }}) then 'published'
            else 'not_published'
        end as fate
    from answers
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

rows_read as (
    select
        source_table,
        row_number,
        row_fault as fault,
        case when happened_at > {{ as_of() }} then 'not_received_yet' else 'read' end as fate
    from {{ ref('int_rows_read') }}
),

rows_judged as (
    select * from rows_of_participants
    union all
    select * from rows_of_answers
    union all
    select * from rows_read
),

row_fates as (
    select
        source_table,
        case when fault is null then fate else 'quarantined' end as fate,
        case when fault is not null then row_number end as quarantined_row,
        cast(null as string) as delivery_id,
        fault as reason,
        count(*) as records
    from rows_judged
    group by all
)

select * from row_fates
