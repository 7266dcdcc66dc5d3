{#- Tables of which one record of a child and school year is shown, with the columns shown of it. -#}
{%- set shown = {
    'pupil_census': [
        'national_curriculum_year', 'is_fsm_eligible', 'sen_provision', 'sen_provision_label', 'school_id',
    ],
    'key_stage_2': ['reading_score', 'maths_score', 'grammar_score', 'is_expected_standard_dv'],
    'absence': ['percent_absent', 'is_persistently_absent_dv'],
} -%}

with

{% for table, columns in shown.items() -%}
{{ table }} as (
    select
        study,
        research_id,
        {{ begins_in('academic_year') }} as begins_in,
        {{ columns | join(',\n        ') }},
        row_number() over (
            partition by study, research_id, {{ begins_in('academic_year') }}
            order by {{ columns | join(' nulls last, ') }} nulls last
        ) as place
    from {{ ref('int_' ~ table ~ '_deidentified') }}
    where academic_year is not null
),

{% endfor -%}

alternative_provision as (
    select
        study,
        research_id,
        {{ begins_in('academic_year') }} as begins_in,
        count(*) as spells
    from {{ ref('int_alternative_provision_deidentified') }}
    where academic_year is not null
    group by all
),

school_years as (
    {%- for table in shown %}
    select
        study,
        research_id,
        begins_in
    from {{ table }}
    union
    {%- endfor %}
    select
        study,
        research_id,
        begins_in
    from alternative_provision
),

school_years_recorded as (
    select
        school_years.study,
        school_years.research_id,
        school_years.begins_in,
        {%- for table, columns in shown.items() %}
        {%- for column in columns %}
        {{ table }}.{{ column }},
        {%- endfor %}
        {%- endfor %}
        alternative_provision.spells as alternative_provision_spells
    from school_years
    left join pupil_census
        on
            school_years.study = pupil_census.study
            and school_years.research_id = pupil_census.research_id
            and school_years.begins_in = pupil_census.begins_in
            and pupil_census.place = 1
    left join key_stage_2
        on
            school_years.study = key_stage_2.study
            and school_years.research_id = key_stage_2.research_id
            and school_years.begins_in = key_stage_2.begins_in
            and key_stage_2.place = 1
    left join absence
        on
            school_years.study = absence.study
            and school_years.research_id = absence.research_id
            and school_years.begins_in = absence.begins_in
            and absence.place = 1
    left join alternative_provision
        on
            school_years.study = alternative_provision.study
            and school_years.research_id = alternative_provision.research_id
            and school_years.begins_in = alternative_provision.begins_in
)

select * from school_years_recorded
