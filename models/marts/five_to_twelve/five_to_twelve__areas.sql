with

published as (
    select * from {{ ref('int_areas_published') }}
    where study = 'five_to_twelve'
),

disclosure_control as (
    select * from {{ ref('disclosure_control') }}
),

{{ disclosure_controlled(
    'published',
    quasi_identifiers=[
        'region', 'imd_decile', 'rural_urban', 'crime_decile', 'house_price_band', 'no2_band',
        'july_temperature_band',
    ]
) }},

areas as (
    select
        research_id,
        area_id,
        wider_area_id,
        region,
        imd_decile,
        rural_urban,
        crime_decile,
        house_price_band,
        no2_band,
        july_temperature_band
    from published_controlled
)

select * from areas
