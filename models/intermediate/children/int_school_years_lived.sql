{%- set this_year = year_of_month(month_number(month_of(as_of())), school_year_begins()) -%}

with

participants as (
    select * from {{ ref('int_participants_deidentified') }}
),

school_years_recorded as (
    select * from {{ ref('int_school_years_recorded') }}
),

-- the age that a child reaches in the year of the build shows the calendar year of birth, and nothing finer
children_aged as (
    select
        study,
        research_id,
        {{ year_of(as_of()) }} - age_in_year as first_year
    from participants
    where age_in_year is not null
),

-- where records stand apart from answers no age is shown: the years of a child are those since the first record
children_recorded as (
    select
        school_years_recorded.study,
        school_years_recorded.research_id,
        min(school_years_recorded.begins_in) as first_year
    from school_years_recorded
    left join children_aged
        on
            school_years_recorded.study = children_aged.study
            and school_years_recorded.research_id = children_aged.research_id
    where children_aged.research_id is null
    group by school_years_recorded.study, school_years_recorded.research_id
),

children as (
    select * from children_aged
    union all
    select * from children_recorded
),

school_years_lived as (
    select
        study,
        research_id,
        first_year,
        {{ one_row_per_number('first_year', this_year) }} as begins_in
    from children
)

select * from school_years_lived
