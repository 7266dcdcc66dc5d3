-- Nothing that identifies somebody is in an open column of a research table, neither as it was landed nor in
-- a form that is easily derived from it: other case, spaces and punctuation, reversed, some words of a longer
-- text, a date in another spelling or with day and month swapped, a telephone number with another code, the
-- sector or district of a postcode, an unkeyed hash. Pseudonyms are compared with the hashes too, cut as
-- pseudonyms are. `closed_columns_hold_nothing_else` checks columns with a closed list or shape. Counts and
-- columns, never values.
--
-- The published side, which is small, is put into the forms in which the vault's values are read once. Not
-- compared, because they may be anybody's: forms of fewer than four characters (initials, the district LS1),
-- numbers of fewer than six digits, and in columns of numbers those of fewer than eight.

{{ config(group='identities', meta={'remedy':
    'A value of `identifier` stands in `research_column`. If the column lets it out, mend the model. If it is '
    ~ 'written where nothing is known, have an empty value landed. If a number is equal by chance, publish it '
    ~ 'rounded, in bands or under a shape or list that its YAML declares.',
}) }}

{%- set date_forms = [
    '%d/%m/%Y', '%m/%d/%Y', '%Y/%m/%d', '%Y/%d/%m', '%d/%m/%y', '%m/%d/%y', '%d-%m-%Y', '%m-%d-%Y', '%Y-%d-%m',
    '%d.%m.%Y', '%d%m%Y', '%m%d%Y', '%Y%d%m', '%d %B %Y', '%d %b %Y', '%B %d %Y', '%B %d, %Y', '%d-%b-%Y', '%d%b%Y',
    '%Y-%m-%d %H:%M:%S',
] %}

with

identifying_values as (
    select * from {{ ref('identifying_values') }}
),

open_values as (
    {{ distinct_values(published_columns('open')) | indent(4) }}
),

pseudonyms as (
    {{ distinct_values(published_columns('shape') | selectattr('declared', 'equalto', 'pseudonym')) | indent(4) }}
),

open_runs as (
    select
        research_column,
        {{ one_row_a_run('published_value') }} as published_run
    from open_values
),

forms_made as (
    select
        research_column,
        {{ one_row_each([
            letters_and_digits('published_value'),
            'reverse(' ~ letters_and_digits('published_value') ~ ')',
        ]) }} as form
    from open_values
    union all
    select
        research_column,
        {{ letters_and_digits('published_run') }} as form
    from open_runs
    union all
    select
        research_column,
        {%- set spelt = [] %}
        {%- for form in date_forms %}
        {%- do spelt.append(date_spelt('published_value', form)) %}
        {%- endfor %}
        {{ one_row_each(spelt) }} as form
    from open_values
    union all
    select
        open_values.research_column,
        codes.code || {{ without(letters_and_digits('open_values.published_value'), '^(0044|44)?0?') }} as form
    from open_values
    cross join (values ('0'), ('44'), ('0044'), ('440')) as codes (code)
    where {{ is_shaped(letters_and_digits('open_values.published_value'), '[0-9]{9,15}') }}
),

published_forms as {{ materialized() }} (
    select distinct
        research_column,
        form
    from forms_made
    where
        length(form) >= 4
        and not {{ is_shaped('form', '[0-9]{1,5}') }}
    union
    select
        research_column,
        lower(left(published_value, 16)) as form
    from open_values
    where {{ is_shaped('published_value', '[0-9A-Fa-f]{16,}') }}
    union
    select
        research_column,
        left(published_value, 16) as form
    from pseudonyms
),

{%- set forms = ['bare'] %}
{%- for cut in [2, 3] %}
{%- do forms.append("case when identifier like '%.postcode' then substr(bare, 1, length(bare) - " ~ cut ~ ') end') %}
{%- endfor %}
{%- for text in ['value', 'nullif(bare, value)', 'nullif(lower(value), value)'] %}
{%- for hash in unkeyed_hashes(text) %}
{%- do forms.append('left(' ~ hash ~ ', 16)') %}
{%- endfor %}
{%- endfor %}

-- most are landed many times: each is looked for once
values_bared as (
    select distinct
        identifier,
        value,
        {{ letters_and_digits('value') }} as bare
    from identifying_values
),

identifying_forms as (
    select
        identifier,
        {{ one_row_each(forms) }} as form
    from values_bared
),

-- a pseudonym stands in many columns, and is compared once
identifying_forms_published as (
    select identifying_forms.*
    from identifying_forms
    where identifying_forms.form in (select distinct published_forms.form from published_forms)
)

select
    published_forms.research_column,
    identifying_forms_published.identifier,
    count(distinct identifying_forms_published.form) as forms_published
from identifying_forms_published
inner join published_forms
    on identifying_forms_published.form = published_forms.form
group by published_forms.research_column, identifying_forms_published.identifier
