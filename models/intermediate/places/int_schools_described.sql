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
        phase_labels.label as phase,
        school_type_labels.label as school_type,
        {{ band('schools.pupils', [100, 200, 400, 800, 1200]) | indent(8) }} as size_band,
        ofsted_rating_labels.label as ofsted_rating,
        {{ band('schools.percent_fsm', [10, 20, 30, 50], '%') | indent(8) }} as percent_fsm_band,
        {{ band('schools.percent_eal', [5, 15, 30, 50], '%') | indent(8) }} as percent_eal_band
    from schools
    {{ label_join('phase', 'schools.phase') }}
    {{ label_join('school_type', 'schools.school_type') }}
    {{ label_join('ofsted_rating', 'cast(schools.ofsted_rating as varchar)') }}
),

{{ coarsened('places', attributes, 'school_urn', 2) }}

select * from places_coarsened
