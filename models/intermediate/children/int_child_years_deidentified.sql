{%- set this_year = year_of_month(month_number(month_of(as_of())), school_year_begins()) -%}

with

school_years_lived as (
    select * from {{ ref('int_school_years_lived') }}
),

participants as (
    select * from {{ ref('int_participants_deidentified') }}
),

areas as (
    select * from {{ ref('int_areas_deidentified') }}
),

recorded as (
    select * from {{ ref('int_school_years_recorded') }}
),

of_health as (
    select * from {{ ref('int_school_years_of_health') }}
),

of_answers as (
    select * from {{ ref('int_school_years_of_answers') }}
),

of_parents as (
    select * from {{ ref('int_school_years_of_parents') }}
),

-- records of a parent who is not linked are not here: one linked parent makes a count of what is known
parents_linked as (
    select
        study,
        family_research_id,
        bool_or(is_employment_tax_linked) as is_employment_tax_linked,
        bool_or(is_benefits_linked) as is_benefits_linked
    from participants
    where role != 'child'
    group by study, family_research_id
),

-- on the side of the records everybody is linked, and shown by these records alone
children as (
    select
        school_years_lived.study,
        school_years_lived.research_id,
        school_years_lived.begins_in,
        school_years_lived.begins_in - school_years_lived.first_year as age_in_year,
        participants.family_research_id,
        coalesce(participants.is_education_linked, true) as is_education_linked,
        coalesce(participants.is_health_linked, false) as is_health_linked,
        coalesce(parents_linked.is_employment_tax_linked, false) as is_employment_tax_linked,
        coalesce(parents_linked.is_benefits_linked, false) as is_benefits_linked,
        coalesce(participants.is_area_linked, false) as is_area_linked
    from school_years_lived
    left join participants
        on
            school_years_lived.study = participants.study
            and school_years_lived.research_id = participants.research_id
    left join parents_linked
        on
            participants.study = parents_linked.study
            and participants.family_research_id = parents_linked.family_research_id
),

-- nothing recorded of somebody who is linked is none; of somebody who is not, it is not known
child_years_deidentified as (
    select
        children.study,
        children.research_id,
        cast(children.begins_in as string) || '/' || right(cast(children.begins_in + 1 as string), 2)
            as academic_year,
        children.begins_in < {{ this_year }} as is_whole_year_dv,
        children.age_in_year,
        children.is_education_linked,
        children.is_health_linked,
        children.is_employment_tax_linked,
        children.is_benefits_linked,
        children.is_area_linked,
        recorded.national_curriculum_year,
        recorded.is_fsm_eligible,
        recorded.sen_provision,
        recorded.sen_provision_label,
        recorded.school_id,
        recorded.reading_score,
        recorded.maths_score,
        recorded.grammar_score,
        recorded.is_expected_standard_dv,
        recorded.percent_absent,
        recorded.is_persistently_absent_dv,
        case when children.is_education_linked then coalesce(recorded.alternative_provision_spells, 0) end
            as alternative_provision_spells_dv,
        {%- for count in [
            'nights_in_hospital', 'emergency_admissions', 'gp_contacts', 'prescriptions', 'mental_health_contacts'
        ] %}
        case when children.is_health_linked then coalesce(of_health.{{ count }}, 0) end as {{ count }}_dv,
        {%- endfor %}
        of_answers.interview_month,
        of_answers.is_interview_in_year as is_interview_in_year_dv,
        of_answers.child_sdq_total,
        of_answers.child_sdq_band_dv,
        of_answers.child_sdq_band_dv_label,
        of_answers.household_size,
        of_answers.household_income,
        of_answers.equivalised_household_income_dv,
        case when children.is_employment_tax_linked then coalesce(of_parents.months_employed, 0) end
            as parents_months_employed_dv,
        case when children.is_employment_tax_linked then coalesce(of_parents.pay, 0) end as parents_pay_dv,
        case when children.is_benefits_linked then coalesce(of_parents.months_on_benefits, 0) end
            as parents_months_on_benefits_dv,
        case when children.is_benefits_linked then coalesce(of_parents.months_on_universal_credit, 0) end
            as parents_months_on_uc_dv,
        areas.region,
        areas.region_label,
        areas.imd_quintile
    from children
    left join areas
        on
            children.study = areas.study
            and children.research_id = areas.research_id
    {%- for source in ['recorded', 'of_health', 'of_answers'] %}
    left join {{ source }}
        on
            children.study = {{ source }}.study
            and children.research_id = {{ source }}.research_id
            and children.begins_in = {{ source }}.begins_in
    {%- endfor %}
    left join of_parents
        on
            children.study = of_parents.study
            and children.family_research_id = of_parents.family_research_id
            and children.begins_in = of_parents.begins_in
)

select * from child_years_deidentified
