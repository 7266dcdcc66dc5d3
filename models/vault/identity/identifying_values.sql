{{ config(materialized='view') }}

{#- Of each model what identifies somebody by itself, and keys -#}
{%- set identifying = [
    ('stg_surveys__participants', 'participants', [
        'first_name', 'last_name', 'date_of_birth', 'address_line_1', 'address_line_2', 'town', 'postcode', 'email',
        'phone', 'unique_pupil_number',
    ], ['participant_id', 'family_id']),
    ('stg_surveys__permissions', 'permissions', [], ['permission_id']),
    ('stg_surveys__requests', 'requests', ['new_value'], ['request_id']),
    ('stg_surveys__clerical_decisions', 'clerical_decisions', ['decided_by'], []),
    ('stg_surveys__parent_interviews', 'parent_interviews', ['other_comments'], []),
    ('stg_surveys__parent_survey', 'parent_survey', ['what_would_help'], []),
    ('stg_surveys__child_survey', 'child_survey', ['in_your_own_words'], []),
    ('stg_dfe__pupils', 'pupils', [
        'unique_pupil_number', 'first_name', 'last_name', 'date_of_birth', 'address_line_1', 'town', 'postcode',
    ], ['pupil_matching_ref']),
    ('stg_dfe__schools', 'schools', ['school_name', 'postcode'], ['school_urn']),
    ('stg_nhs_england__hospital_episodes', 'hospital_episodes', [], ['episode_key']),
    ('stg_governance__deliveries', 'deliveries', [], ['delivery_id']),
    ('stg_governance__researchers', 'researchers', ['name'], []),
    ('place_pseudonyms', 'places', [], ['code']),
    ('stg_ons__postcodes', 'postcodes', ['postcode'], ['lsoa_code', 'msoa_code', 'local_authority_code']),
] -%}
{%- set key_names = [] %}

with
{% for model, name, columns, keys in identifying %}
{{ name }} as (
    select * from {{ ref(model) }}
),
{% endfor %}
identifying_values as (
    {%- for model, name, columns, keys in identifying %}
    {%- set described = [] %}
    {%- for column in columns + keys %}
    {%- do described.append({'name': column, 'label': name ~ '.' ~ column}) %}
    {%- endfor %}
    {%- for key in keys %}
    {%- do key_names.append("'" ~ name ~ '.' ~ key ~ "'") %}
    {%- endfor %}
    select
        {{ unpivoted(described) }}
    from {{ name }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
)

select * from identifying_values
where
    value is not null
    -- a key belongs to somebody, whatever it looks like
    and (
        identifier in ({{ key_names | join(', ') }})
        or not {{ is_nobodys('value') }}
    )
