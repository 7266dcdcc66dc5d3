-- Nothing that identifies somebody is in an open column of a research table, neither as it was landed nor in
-- a form that is easily derived from it: other case, spaces and punctuation, reversed, some words of a longer
-- text, a date in another spelling or with day and month swapped, a telephone number with another code, the
-- sector or district of a postcode, an unkeyed hash. The vault's pseudonyms are compared with the hashes too,
-- cut as pseudonyms are: `pseudonyms_are_the_vaults_and_of_one_study` checks that no others are published, and
-- `closed_columns_hold_nothing_else` columns with a closed list or shape. Counts and columns, never values.
--
-- The published side, which is small, is put into these forms, and the vault's values stay as they are but for
-- case and punctuation. Hashes are made of the first hundred thousand rows of each landed table: a column that
-- was hashed was hashed in every row. Not compared, because they may be anybody's: forms of fewer than four
-- characters (initials, the district LS1), numbers of fewer than six digits, and in columns of numbers those of
-- fewer than eight. Nor counted, except in a key, is what people write for something not known, such as 99999999
-- for a telephone number.

{{ config(group='identities', meta={'remedy':
    'A value of `identifier` stands in `research_column`. If the column lets it out, mend the model. If it is '
    ~ 'written where nothing is known, have an empty value landed. If a number is equal by chance, publish it '
    ~ 'rounded, in bands or under a shape or list that its YAML declares.',
}) }}

{%- set rows_hashed = 100000 -%}
{%- set date_forms = [
    '%d/%m/%Y', '%m/%d/%Y', '%Y/%m/%d', '%Y/%d/%m', '%d/%m/%y', '%m/%d/%y', '%d-%m-%Y', '%m-%d-%Y', '%Y-%d-%m',
    '%d.%m.%Y', '%d%m%Y', '%m%d%Y', '%Y%d%m', '%d %B %Y', '%d %b %Y', '%B %d %Y', '%B %d, %Y', '%d-%b-%Y', '%d%b%Y',
    '%Y-%m-%d %H:%M:%S',
] %}

with

open_values as (
    {{ distinct_values(published_columns('open')) | indent(4) }}
),

open_runs as (
    select
        research_column,
        {{ one_row_per_run('published_value') }} as published_run
    from open_values
),

forms_made as (
    select
        research_column,
        {{ one_row_each(list_of([
            letters_and_digits('published_value'),
            'reverse(' ~ letters_and_digits('published_value') ~ ')',
        ])) }} as form
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
        {{ one_row_each(list_of(spelt)) }} as form
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
),

pseudonym_forms as (
    select
        kept_in as research_column,
        left(pseudonym, 16) as form
    from (
        {{ pseudonyms_of_the_vault() | indent(8) }}
    ) as pseudonyms_kept
),

forms_to_find as (
    select * from published_forms
    union all
    select * from pseudonym_forms
),

{%- set hashes = [] %}
{%- for text in ['value', 'nullif(bare, value)', 'nullif(lower(value), value)'] %}
{%- for hash in unkeyed_hashes(text) %}
{%- do hashes.append('left(' ~ hash ~ ', 16)') %}
{%- endfor %}
{%- endfor %}

-- `identifying_values` is read here and again below, because an engine would keep in memory what a CTE shares
values_cut as (
    select
        identifier,
        value,
        is_key,
        {{ one_row_each(
            "case when identifier like '%.postcode' then "
            ~ list_of(['bare', 'substr(bare, 1, length(bare) - 2)', 'substr(bare, 1, length(bare) - 3)'])
            ~ " else " ~ list_of(['bare']) ~ " end"
        ) }} as form
    from (
        select
            identifier,
            value,
            is_key,
            {{ letters_and_digits('value') }} as bare
        from {{ ref('identifying_values') }}
        where value is not null
    ) as values_bared
),

values_hashed as (
    select
        identifier,
        value,
        is_key,
        {{ one_row_each(list_of(hashes)) }} as form
    from (
        select distinct
            identifier,
            value,
            is_key,
            {{ letters_and_digits('value') }} as bare
        from {{ ref('identifying_values') }}
        where value is not null and row_number <= {{ rows_hashed }}
    ) as values_bared
),

forms_found as (
    select *
    from values_cut
    where {{ is_among('values_cut.form', 'select published_forms.form from published_forms') }}
    union all
    select *
    from values_hashed
    where {{ is_among('values_hashed.form', 'select forms_to_find.form from forms_to_find') }}
),

-- whose a value is, is asked of the few that were found: in a `where`, an engine would ask it of all
forms_counted as (
    select
        forms_to_find.research_column,
        forms_found.identifier,
        count(distinct case
            when forms_found.is_key or not {{ is_nobodys('forms_found.value') }} then forms_found.form
        end) as forms_published
    from forms_to_find
    inner join forms_found
        on forms_to_find.form = forms_found.form
    group by forms_to_find.research_column, forms_found.identifier
)

select *
from forms_counted
where forms_published > 0
