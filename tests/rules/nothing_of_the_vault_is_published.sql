-- No name, address, postcode, date of birth, email, phone, number or id that the vault knows stands
-- in any research table. Words of the published code lists are proved by their list instead, so that
-- the surname White does not redden an ethnic group. Counts and columns, never values.

{%- set tables = research_tables() %}

with

vault_values as (
    {%- for column in [
        'participant_id', 'family_id', 'first_name', 'last_name', 'address_line_1', 'address_line_2', 'postcode',
        'email', 'phone', 'unique_pupil_number',
    ] %}
    select upper({{ column }}) as vault_value from {{ ref('identities') }}
    union
    {%- endfor %}
    select cast(date_of_birth as varchar) as vault_value from {{ ref('identities') }}
    union
    {%- for column in ['pupil_matching_ref', 'unique_pupil_number', 'last_name', 'address_line_1', 'postcode'] %}
    select upper({{ column }}) as vault_value from {{ ref('pupils') }}
    union
    {%- endfor %}
    select upper(code) as vault_value from {{ ref('place_pseudonyms') }}
    union
    select upper(delivery_id) as vault_value from {{ ref('int_deliveries') }}
),

words_published as (
    select upper(label) as word from {{ ref('code_lists') }}
    union
    select upper(title) as word from {{ ref('icd10_chapters') }}
    union
    select upper(role) as word from {{ ref('int_participants') }}
),

published_values as (
    {%- for study, names in tables.items() %}
    {%- for name in names %}
    {%- set model = ref(study ~ '__' ~ name) %}
    {%- for column in text_columns(study ~ '__' ~ name) %}
    select
        '{{ study }}.{{ name }}.{{ column }}' as research_column,
        upper({{ column }}) as published_value
    from {{ model }}
    union
    {%- endfor %}
    {%- endfor %}
    {%- endfor %}
    select
        null as research_column,
        null as published_value
)

select
    published_values.research_column,
    count(*) as identifying_values
from published_values
inner join vault_values
    on published_values.published_value = vault_values.vault_value
left join words_published
    on published_values.published_value = words_published.word
where
    words_published.word is null
    -- a month, a span of years and a category of a classification are what they look like, whatever
    -- short ids a supplier uses
    and not regexp_full_match(
        published_values.published_value, '[0-9]{4}-[0-9]{2}|[0-9]{4}[-/][0-9]{2,4}|[A-Z][0-9][0-9A-Z]'
    )
group by published_values.research_column
