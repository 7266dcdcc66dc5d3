with

participants as (
    select
        *,
        {{ year_of('month_of_birth') }} as year_of_birth
    from {{ ref('int_participants') }}
    where is_active
),

only_children as (
    select
        study,
        participant_id,
        true as is_only_child
    from {{ ref('int_only_children') }}
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
        participants.*,
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
        -- of two children in a family nobody knows whom the answers are about
        case
            when
                not participants_aged.is_family_withheld
                and (participants_aged.is_adult or only_children.is_only_child)
                then coalesce(waves_taken_part.waves, 0)
        end as waves_taken_part,
        waves_taken_part.first_wave,
        waves_taken_part.latest_wave,
        coalesce(domains_linked.is_education_linked, false) as is_education_linked,
        coalesce(domains_linked.is_health_linked, false) as is_health_linked,
        coalesce(domains_linked.is_employment_tax_linked, false) as is_employment_tax_linked,
        coalesce(domains_linked.is_benefits_linked, false) as is_benefits_linked,
        coalesce(domains_linked.is_area_linked, false) as is_area_linked
    from participants_aged
    inner join pseudonyms
        on
            participants_aged.study = pseudonyms.study
            and participants_aged.participant_id = pseudonyms.participant_id
    {{ label_join('role', 'participants_aged.role') }}
    left join waves_taken_part
        on
            participants_aged.study = waves_taken_part.study
            and participants_aged.participant_id = waves_taken_part.participant_id
    left join only_children
        on
            participants_aged.study = only_children.study
            and participants_aged.participant_id = only_children.participant_id
    left join domains_linked
        on
            participants_aged.study = domains_linked.study
            and participants_aged.participant_id = domains_linked.participant_id
)

select * from participants_deidentified
