{%- set places = [
    ('school', 'school_urn', ['stg_dfe__pupil_census']),
    ('provider', 'provider_ukprn', ['stg_dfe__adult_learning']),
    ('trust', 'provider_code', ['stg_nhs_england__hospital_episodes']),
    ('practice', 'practice_code', ['stg_nhs_england__gp_events', 'stg_nhs_england__prescriptions']),
    ('employer', 'employer_paye_reference', ['stg_hmrc__employments']),
    ('area', 'lsoa_code', ['postcode_areas']),
    ('wider area', 'msoa_code', ['postcode_areas']),
] -%}

with

studies as (
    select * from {{ ref('studies') }}
),

codes as (
    {%- for kind, code, models in places -%}
    {%- set outer = loop -%}
    {%- for model in models %}
    select
        '{{ kind }}' as kind,
        {{ code }} as code
    from {{ ref(model) }}
    {%- if not (outer.last and loop.last) %}
    union
    {%- endif %}
    {%- endfor -%}
    {%- endfor %}
),

place_pseudonyms as (
    select
        studies.study,
        codes.kind,
        codes.code,
        {{ pseudonym('studies.study', 'codes.kind', 'codes.code') }} as research_id
    from codes
    cross join studies
    where codes.code is not null
)

select * from place_pseudonyms
