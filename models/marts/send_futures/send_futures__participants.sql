with

participants as (
    select * from {{ ref('int_participants') }}
    where study = 'send_futures' and is_active
),

pseudonyms as (
    select * from {{ ref('pseudonyms') }}
),

waves_taken_part as (
    select * from {{ ref('int_waves_taken_part') }}
),

domains as (
    select * from {{ ref('int_domains_linked') }}
),

domains_linked as (
    select
        study,
        participant_id,
        bool_or(domain = 'education') as is_education_linked
    from domains
    group by study, participant_id
),

participants_described as (
    select
        pseudonyms.research_id,
        pseudonyms.family_research_id,
        participants.role,
        {{ age_band('participants.month_of_birth') | indent(8) }} as age_band,
        case when not participants.is_family_withheld then coalesce(waves_taken_part.waves, 0) end
            as waves_taken_part,
        waves_taken_part.first_wave,
        waves_taken_part.latest_wave,
        coalesce(domains_linked.is_education_linked, false) as is_education_linked
    from participants
    inner join pseudonyms
        on
            participants.study = pseudonyms.study
            and participants.participant_id = pseudonyms.participant_id
    left join waves_taken_part
        on
            participants.study = waves_taken_part.study
            and participants.participant_id = waves_taken_part.participant_id
    left join domains_linked
        on
            participants.study = domains_linked.study
            and participants.participant_id = domains_linked.participant_id
)

select * from participants_described
-- in the order of the ids: in the order landed, rows of answers and of records could be laid side by side
order by research_id
