-- No open column of a research table looks like identifiers of the United Kingdom, alone or inside a text,
-- including those that no vault here knows, such as the NHS numbers that people write into free text.
--
-- An email address, a telephone number, a postcode, a pupil, National Insurance or driving licence number
-- hardly ever arises by chance: one is too many. Other numbers are ten digits with a check digit, which one
-- in eleven random numbers has, one in ten for a taxpayer reference, and one in 301 the date and check digit
-- of a CHI number. Of n different numbers of ten digits, k that pass are too many if so many would arise by
-- chance less than once in a million columns: by Chernoff's bound on the binomial distribution, P(K >= k) <=
-- exp(-n D) for k/n > p, with D = k/n ln((k/n)/p) + (1 - k/n) ln((1 - k/n)/(1 - p)). Six different NHS
-- numbers and no other number of ten digits are enough. Counts and columns, never values.

{{ config(meta={'remedy':
    '`research_column` holds numbers or texts that look like `identifier`. If people wrote them there, do not '
    ~ 'publish the column as landed. If they are something else, publish them under a shape or list that the '
    ~ 'YAML declares.',
}) }}

{%- set certain = {
    'email': is_email, 'UK phone': is_uk_phone, 'postcode': is_postcode, 'UPN': is_upn,
    'National Insurance number': is_national_insurance_number, 'driving licence number': is_driving_licence_number,
} %}
{%- set by_chance = {
    'NHS number': (is_nhs_number, '1 / 11.0'),
    'CHI number': (is_chi_number, '1 / 301.0'),
    'ULN': (is_uln, '1 / 11.0'),
    'UTR': (is_utr, '1 / 10.0'),
} %}

with

open_values as (
    {{ distinct_values(published_columns('open')) | indent(4) }}
),

-- a whole value counts as a run if it is short enough to be an identifier
open_runs as (
    select distinct
        research_column,
        {{ one_row_per_run('published_value') }} as published_run
    from open_values
),

runs_judged as (
    {%- for identifier, passes in certain.items() %}
    select
        research_column,
        '{{ identifier }}' as identifier,
        0.0 as chance,
        {{ passes('published_run') }} as passes
    from open_runs
    union all
    {%- endfor %}
    {%- for identifier, (passes, chance) in by_chance.items() %}
    select
        research_column,
        '{{ identifier }}' as identifier,
        {{ chance }} as chance,
        {{ passes('published_run') }} as passes
    from open_runs
    where {{ is_shaped(without(compacted('published_run', hyphens=true), '^[Kk]+'), '[0-9]{10}') }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

columns_counted as (
    select
        research_column,
        identifier,
        chance,
        count(*) as numbers_held,
        count(case when passes then 1 end) as numbers_passing,
        avg(case when passes then 1.0 else 0.0 end) as share_passing
    from runs_judged
    group by research_column, identifier, chance
),

columns_measured as (
    select
        *,
        case
            when chance > 0 and share_passing > chance
                then share_passing * ln(share_passing / chance)
                    + coalesce((1 - share_passing) * ln(nullif(1 - share_passing, 0) / (1 - chance)), 0)
        end as divergence
    from columns_counted
)

select
    research_column,
    identifier,
    numbers_held,
    numbers_passing
from columns_measured
where
    (chance = 0 and numbers_passing > 0)
    or numbers_held * divergence > ln(1e6)
