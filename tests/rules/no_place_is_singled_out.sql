-- Attributes of areas and schools that single out one of them are coarsened until they do not: every
-- combination that is published, that of no attribute included, describes at least two.

{{ config(meta={'remedy':
    'Some place is the only one with what is published of it. Coarsen the attributes of `places` further, '
    ~ 'with wider bands.',
}) }}

{%- set places = [
    ('int_areas_described', [
        'region', 'imd_decile', 'rural_urban', 'crime_decile', 'house_price_band', 'no2_band', 'july_temperature_band',
    ]),
    ('int_schools_described', [
        'phase', 'school_type', 'size_band', 'ofsted_rating', 'percent_fsm_band', 'percent_eal_band',
    ]),
] %}

{%- for model, attributes in places %}
select
    '{{ model }}' as places,
    count(*) as singled_out
from (
    select count(*) as places_alike
    from {{ ref(model) }}
    where (select count(*) from {{ ref(model) }}) > 1
    group by {{ attributes | join(', ') }}
    having count(*) = 1
) as alone
having count(*) > 0
{%- if not loop.last %}
union all
{%- endif %}
{%- endfor %}
