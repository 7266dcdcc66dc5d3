{{ config(materialized='view') }}

with

children as (
    select * from {{ ref('int_children_linkable') }}
),

only_children as (
    select * from {{ ref('int_only_children') }}
),

participants as (
    select * from {{ ref('int_participants') }}
),

pseudonyms as (
    select * from {{ ref('pseudonyms') }}
),

parent_interviews as (
    select * from {{ ref('int_parent_interviews_deidentified') }}
),

parent_survey as (
    select * from {{ ref('int_parent_survey_deidentified') }}
),

child_survey as (
    select * from {{ ref('int_child_survey_deidentified') }}
),

areas as (
    select * from {{ ref('int_areas_deidentified') }}
),

answers as (
    select
        study,
        research_id,
        wave,
        {{ unpivoted([
            {'label': 'child_gender', 'name': 'child_gender_label'},
            {'label': 'ethnic_group', 'name': "split_part(ethnic_group_label, ':', 1)"},
        ]) | indent(8) }}
    from parent_interviews
    union all
    select
        study,
        research_id,
        wave,
        {{ unpivoted([
            {'label': 'child_send_need', 'name': 'child_send_need_label'},
            {
                'label': 'child_has_ehcp',
                'name': "case when child_has_ehcp then 'Yes' when not child_has_ehcp then 'No' end",
            },
            {'label': 'support_rating', 'name': 'support_rating_label'},
        ]) | indent(8) }}
    from parent_survey
),

parents as (
    select
        participants.study,
        participants.family_id,
        pseudonyms.research_id
    from participants
    inner join pseudonyms
        on
            participants.study = pseudonyms.study
            and participants.participant_id = pseudonyms.participant_id
    where participants.is_adult
),

answers_ranked as (
    select
        parents.study,
        parents.family_id,
        answers.identifier as characteristic,
        answers.value as answer,
        rank() over (
            partition by parents.study, parents.family_id, answers.identifier
            order by answers.wave desc
        ) as newest_first
    from answers
    inner join parents
        on
            answers.study = parents.study
            and answers.research_id = parents.research_id
    where answers.value is not null
),

-- where two parents gave different answers in one wave, neither counts
answers_of_families as (
    select
        study,
        family_id,
        characteristic,
        min(answer) as answer
    from answers_ranked
    where newest_first = 1
    group by study, family_id, characteristic
    having min(answer) = max(answer)
),

described_by_parents as (
    select
        children.study,
        children.participant_id,
        answers_of_families.characteristic,
        answers_of_families.answer
    from children
    inner join only_children
        on
            children.study = only_children.study
            and children.participant_id = only_children.participant_id
    inner join answers_of_families
        on
            only_children.study = answers_of_families.study
            and only_children.family_id = answers_of_families.family_id
    where children.is_linkable_for_parents
),

answers_of_children as (
    select
        study,
        research_id,
        wave,
        {{ unpivoted([
            {'label': 'enjoys_school', 'name': 'enjoys_school_label'},
            {'label': 'feels_supported', 'name': 'feels_supported_label'},
        ]) | indent(8) }}
    from child_survey
),

described_by_themselves as (
    select
        children.study,
        children.participant_id,
        answers_of_children.identifier as characteristic,
        answers_of_children.value as answer,
        row_number() over (
            partition by children.study, children.participant_id, answers_of_children.identifier
            order by answers_of_children.wave desc
        ) as newest_first
    from children
    inner join pseudonyms
        on
            children.study = pseudonyms.study
            and children.participant_id = pseudonyms.participant_id
    inner join answers_of_children
        on
            pseudonyms.study = answers_of_children.study
            and pseudonyms.research_id = answers_of_children.research_id
    where children.is_linkable_for_child and answers_of_children.value is not null
),

adults_counted as (
    select
        only_children.study,
        only_children.participant_id,
        case when count(*) = 1 then 'One' else 'Two or more' end as answer
    from only_children
    inner join participants
        on
            only_children.study = participants.study
            and only_children.family_id = participants.family_id
    where participants.is_adult and participants.is_active
    group by only_children.study, only_children.participant_id
),

described_by_study as (
    select
        children.study,
        children.participant_id,
        'permitted_for' as characteristic,
        case
            when children.is_linkable_for_parents and children.is_linkable_for_child then 'Both'
            when children.is_linkable_for_parents then 'Parents'
            else 'Child'
        end as answer
    from children
    union all
    select
        children.study,
        children.participant_id,
        'adults' as characteristic,
        adults_counted.answer
    from children
    inner join adults_counted
        on
            children.study = adults_counted.study
            and children.participant_id = adults_counted.participant_id
),

described_by_area as (
    select
        children.study,
        children.participant_id,
        {{ unpivoted([
            {
                'label': 'deprivation',
                'name': "case areas.imd_quintile "
                    ~ "when 1 then 'Most deprived fifth' "
                    ~ "when 2 then 'Second most deprived fifth' "
                    ~ "when 3 then 'Middle fifth' "
                    ~ "when 4 then 'Second least deprived fifth' "
                    ~ "when 5 then 'Least deprived fifth' end",
            },
            {'label': 'rural_urban', 'name': 'areas.rural_urban_label'},
        ]) | indent(8) }}
    from children
    inner join pseudonyms
        on
            children.study = pseudonyms.study
            and children.participant_id = pseudonyms.participant_id
    inner join areas
        on
            pseudonyms.study = areas.study
            and pseudonyms.research_id = areas.research_id
),

children_described as (
    select
        study,
        participant_id,
        'age' as characteristic,
        age_band as answer
    from children
    union all
    select * from described_by_parents
    union all
    select
        study,
        participant_id,
        characteristic,
        answer
    from described_by_themselves
    where newest_first = 1
    union all
    select * from described_by_study
    union all
    select
        study,
        participant_id,
        identifier as characteristic,
        value as answer
    from described_by_area
    where value is not null
)

select * from children_described
