with

school_years_lived as (
    select * from {{ ref('int_school_years_lived') }}
),

parent_interviews as (
    select * from {{ ref('int_parent_interviews_deidentified') }}
    where interview_month is not null
),

-- of several in one month, one of the latest wave
interviews as (
    select
        *,
        {{ month_number('interview_month') }} as interviewed_in,
        row_number() over (
            partition by study, child_research_id, interview_month
            order by
                wave desc nulls last,
                child_sdq_total asc nulls last,
                household_size asc nulls last,
                household_income asc nulls last
        ) as place
    from parent_interviews
),

-- the middle between the middles of the months of an interview and of the one before it
interviews_in_order as (
    select
        *,
        (interviewed_in + 1 + lag(interviewed_in) over (
            partition by study, child_research_id
            order by interviewed_in
        )) / 2.0 as nearer_from
    from interviews
    where place = 1
),

-- an interview is the nearest to the years whose middle, 1 March, is no earlier than that
interviews_placed as (
    select
        *,
        ceil((nearer_from - {{ school_year_begins() | int + 6 }}) / 12.0) as nearest_from,
        ceil((
            lead(nearer_from) over (
                partition by study, child_research_id
                order by interviewed_in
            ) - {{ school_year_begins() | int + 6 }}
        ) / 12.0) as next_nearest_from
    from interviews_in_order
),

school_years_of_answers as (
    select
        school_years_lived.study,
        school_years_lived.research_id,
        school_years_lived.begins_in,
        interviews_placed.interview_month,
        {{ year_of_month('interviews_placed.interviewed_in', school_year_begins()) }} = school_years_lived.begins_in
            as is_interview_in_year,
        interviews_placed.child_sdq_total,
        interviews_placed.child_sdq_band_dv,
        interviews_placed.child_sdq_band_dv_label,
        interviews_placed.household_size,
        interviews_placed.household_income,
        interviews_placed.equivalised_household_income_dv
    from school_years_lived
    inner join interviews_placed
        on
            school_years_lived.study = interviews_placed.study
            and school_years_lived.research_id = interviews_placed.child_research_id
            and school_years_lived.begins_in >= coalesce(interviews_placed.nearest_from, school_years_lived.begins_in)
            and (
                interviews_placed.next_nearest_from is null
                or school_years_lived.begins_in < interviews_placed.next_nearest_from
            )
)

select * from school_years_of_answers
