with

linkages_decided as (
    select * from {{ ref('int_linkages_decided') }}
    where reason = 'lapsed'
),

statements as (
    select * from {{ ref('int_statements') }}
    where is_own
),

due_to_be_asked as (
    select
        linkages_decided.study,
        linkages_decided.participant_id,
        linkages_decided.domain,
        linkages_decided.answers_of
    from linkages_decided
    left join statements
        on
            linkages_decided.study = statements.study
            and linkages_decided.participant_id = statements.participant_id
            and linkages_decided.domain = statements.domain
            and linkages_decided.answers_of = statements.answers_of
            and linkages_decided.decided_at <= statements.said_at
    where statements.participant_id is null
)

select * from due_to_be_asked
