{%- set attributes = [
    'phase', 'school_type', 'size_band', 'ofsted_rating', 'percent_fsm_band', 'percent_eal_band'
] -%}

with

schools as (
    select * from {{ ref('stg_dfe__schools') }}
    where row_fault is null
),

code_lists as (
    select * from {{ ref('code_lists') }}
),

places as (
    select
        schools.school_urn,
        phases.label as phase,
        school_types.label as school_type,
        {{ band('schools.pupils', [100, 200, 400, 800, 1200]) | indent(8) }} as size_band,
        ofsted_ratings.label as ofsted_rating,
        {{ band('schools.percent_fsm', [10, 20, 30, 50], '%') | indent(8) }} as percent_fsm_band,
        {{ band('schools.percent_eal', [5, 15, 30, 50], '%') | indent(8) }} as percent_eal_band
    from schools
    left join code_lists as phases
        on phases.code_list = 'phase' and schools.phase = phases.code
    left join code_lists as school_types
        on school_types.code_list = 'school_type' and schools.school_type = school_types.code
    left join code_lists as ofsted_ratings
        on
            ofsted_ratings.code_list = 'ofsted_rating'
            and cast(schools.ofsted_rating as varchar) = ofsted_ratings.code
),

{{ coarsened(attributes) }}

select * from places_coarsened
