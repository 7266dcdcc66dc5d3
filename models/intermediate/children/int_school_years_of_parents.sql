{%- set this_month = month_number(month_of(as_of())) -%}

with

parents as (
    select * from {{ ref('int_participants_deidentified') }}
    where role != 'child'
),

employments as (
    select * from {{ ref('int_employments_deidentified') }}
),

benefit_spells as (
    select * from {{ ref('int_benefit_spells_deidentified') }}
),

-- of a job that had not ended, its record knows until the end of its tax year
employment_months as (
    select
        study,
        research_id,
        'employed' as state,
        {{ school_year_begins() }} as year_begins,
        {{ month_number('start_month') }} as first_month,
        coalesce(
            {{ month_number('end_month') }},
            12 * {{ begins_in('tax_year') }} + {{ tax_year_begins() }} + 11
        ) as last_month
    from employments
),

-- a month that is missing because it shows a birth is counted nowhere, nor is its spell
benefit_months as (
    select
        study,
        research_id,
        benefit_type,
        {{ month_number('start_month') }} as first_month,
        case when is_ended then {{ month_number('end_month') }} else {{ this_month }} end as last_month
    from benefit_spells
),

spells as (
    select * from employment_months
    union all
    select
        study,
        research_id,
        'on benefits' as state,
        {{ school_year_begins() }} as year_begins,
        first_month,
        last_month
    from benefit_months
    union all
    select
        study,
        research_id,
        'on Universal Credit' as state,
        {{ tax_year_begins() }} as year_begins,
        first_month,
        last_month
    from benefit_months
    where benefit_type = 'UC'
),

spells_of_families as (
    select
        parents.study,
        parents.family_research_id,
        spells.state,
        spells.year_begins,
        spells.first_month,
        least(spells.last_month, {{ this_month }}) as last_month
    from spells
    inner join parents
        on
            spells.study = parents.study
            and spells.research_id = parents.research_id
    where spells.first_month is not null and spells.last_month is not null
),

-- a month that several spells share is counted once, by the first of them; a family's id is of one study
spells_in_order as (
    select
        *,
        max(last_month) over (
            partition by family_research_id, state
            order by first_month
            rows between unbounded preceding and 1 preceding
        ) as counted_until
    from spells_of_families
),

spells_apart as (
    select
        study,
        family_research_id,
        state,
        year_begins,
        greatest(first_month, coalesce(counted_until + 1, first_month)) as first_month,
        last_month
    from spells_in_order
),

spells_by_year as (
    select
        *,
        {{ one_row_per_number(
            year_of_month('first_month', 'year_begins'), year_of_month('last_month', 'year_begins')
        ) }} as begins_in
    from spells_apart
    where first_month <= last_month
),

counted as (
    select
        study,
        family_research_id,
        cast(begins_in as integer) as begins_in,
        state,
        least(last_month, 12 * begins_in + year_begins + 11) - greatest(first_month, 12 * begins_in + year_begins) + 1
            as adds
    from spells_by_year
    union all
    select
        parents.study,
        parents.family_research_id,
        {{ begins_in('employments.tax_year') }} as begins_in,
        'paid' as state,
        employments.pay_in_year as adds
    from employments
    inner join parents
        on
            employments.study = parents.study
            and employments.research_id = parents.research_id
    where employments.tax_year is not null
),

school_years_of_parents as (
    select
        study,
        family_research_id,
        begins_in,
        {%- for column, state in {
            'months_employed': 'employed',
            'months_on_benefits': 'on benefits',
            'months_on_universal_credit': 'on Universal Credit',
        }.items() %}
        cast(coalesce(sum(case when state = '{{ state }}' then adds end), 0) as bigint) as {{ column }},
        {%- endfor %}
        cast(coalesce(sum(case when state = 'paid' then adds end), 0) as double) as pay
    from counted
    group by study, family_research_id, begins_in
)

select * from school_years_of_parents
