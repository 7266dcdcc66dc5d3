with

participants as (
    select
        *,
        {{ year_of('month_of_birth') }} as year_of_birth
    from {{ ref('int_participants') }}
    where is_active
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
        bool_or(domain = 'education') as is_education_linked,
        bool_or(domain = 'health') as is_health_linked,
        bool_or(domain = 'employment_tax') as is_employment_tax_linked,
        bool_or(domain = 'benefits') as is_benefits_linked,
        bool_or(domain = 'area') as is_area_linked
    from domains
    group by study, participant_id
),

code_lists as (
    select * from {{ ref('code_lists') }}
),

recodes as (
    select * from {{ ref('recodes') }}
),

participants_aged as (
    select
        participants.study,
        participants.participant_id,
        participants.is_adult,
        {{ age_in_year(as_of(), 'participants') }} as age
    from participants
),

participants_deidentified as (
    select
        pseudonyms.study,
        pseudonyms.research_id,
        pseudonyms.family_research_id,
        {{ coded('role') }},
        -- where records go under an id of their own, a child's age would lead to them
        case
            when not participants_aged.is_adult and pseudonyms.record_research_id = pseudonyms.research_id
                then participants_aged.age
        end as age_in_year,
        case when participants_aged.is_adult then {{ banded('participants_aged.age', 'adult_age') }} end as age_band,
        case when not participants.is_family_withheld then coalesce(waves_taken_part.waves, 0) end
            as waves_taken_part,
        waves_taken_part.first_wave,
        waves_taken_part.latest_wave,
        coalesce(domains_linked.is_education_linked, false) as is_education_linked,
        coalesce(domains_linked.is_health_linked, false) as is_health_linked,
        coalesce(domains_linked.is_employment_tax_linked, false) as is_employment_tax_linked,
        coalesce(domains_linked.is_benefits_linked, false) as is_benefits_linked,
        coalesce(domains_linked.is_area_linked, false) as is_area_linked
    from participants
    inner join pseudonyms
        on
            participants.study = pseudonyms.study
            and participants.participant_id = pseudonyms.participant_id
    inner join participants_aged
        on
            participants.study = participants_aged.study
            and participants.participant_id = participants_aged.participant_id
    {{ label_join('role', 'participants.role') }}
    left join waves_taken_part
        on
            participants.study = waves_taken_part.study
            and participants.participant_id = waves_taken_part.participant_id
    left join domains_linked
        on
            participants.study = domains_linked.study
            and participants.participant_id = domains_linked.participant_id
)

select * from participants_deidentified
