-- SEND Futures, and any study whose answers carry `linked_child_research_id`: no column of answers and column
-- of records find each other. `unlinked_answers_lead_to_no_record` looks for keys that look like keys; this
-- test looks for a number that is one, as a household's would be, and for anything else without a published
-- list. A score or a year may be on both sides, and then equal values say only that two families are like
-- many others.
--
-- The vault knows which answers and records are of one family. Of all pairs of a family with answers and one
-- with records that a pair of columns joins, the share that are one family is compared with chance: each of n
-- families is at most one of them itself, so at most one in n. The share is too high if it is over 3% and
-- twice chance, and so many would occur by chance less than once in a million (the bound is that of
-- `no_column_passes_for_identifiers`). Counts and columns, never values.

{{ config(meta={'remedy':
    '`answers_column` and `records_column` find each other. Do not publish both as they are.',
}) }}

{%- set columns = published_columns('open', 'shape')
    | selectattr('is_of_people') | rejectattr('is_pseudonym') | list %}
{%- set links = columns_of_keys() | selectattr('name', 'equalto', 'linked_child_research_id') | list %}
{%- set studies = links | map(attribute='study') | unique | list %}

with

pseudonyms as (
    select * from {{ ref('pseudonyms') }}
),

{%- for side, of_records, id in [('answers', false, 'research_id'), ('records', true, 'record_research_id')] %}

{{ side }}_shown as (
    {%- for column in columns if column.study in studies and column.is_of_records == of_records %}
    select
        '{{ column.study }}' as study,
        research_id,
        '{{ column.research_column }}' as research_column,
        {{ value_as_text(column) }} as value_shown
    from {{ column.relation }}
    union all
    {%- endfor %}
    select
        cast(null as string) as study,
        cast(null as string) as research_id,
        cast(null as string) as research_column,
        cast(null as string) as value_shown
    where false
),

{{ side }}_of_families as {{ materialized() }} (
    select distinct
        pseudonyms.study,
        pseudonyms.family_id,
        {{ side }}_shown.research_column,
        {{ side }}_shown.value_shown
    from {{ side }}_shown
    inner join pseudonyms
        on
            {{ side }}_shown.study = pseudonyms.study
            and {{ side }}_shown.research_id = pseudonyms.{{ id }}
    where {{ side }}_shown.value_shown is not null
),

{{ side }}_values as (
    select
        study,
        research_column,
        value_shown,
        count(*) as families
    from {{ side }}_of_families
    group by study, research_column, value_shown
),

{{ side }}_columns as (
    select
        study,
        research_column,
        count(distinct family_id) as families
    from {{ side }}_of_families
    group by study, research_column
),
{%- endfor %}

pairs_joined as (
    select
        answers_values.study,
        answers_values.research_column as answers_column,
        records_values.research_column as records_column,
        sum(answers_values.families * records_values.families) as pairs
    from answers_values
    inner join records_values
        on
            answers_values.study = records_values.study
            and answers_values.value_shown = records_values.value_shown
    group by answers_values.study, answers_values.research_column, records_values.research_column
),

-- a family is found at most once: columns that join many more pairs than there are families find nobody, so
-- most pairs of columns, those with small numbers, need not be counted
pairs_that_may_tell as {{ materialized() }} (
    select
        pairs_joined.study,
        pairs_joined.answers_column,
        pairs_joined.records_column,
        pairs_joined.pairs,
        1.0 / greatest(answers_columns.families, records_columns.families) as chance
    from pairs_joined
    inner join answers_columns
        on
            pairs_joined.study = answers_columns.study
            and pairs_joined.answers_column = answers_columns.research_column
    inner join records_columns
        on
            pairs_joined.study = records_columns.study
            and pairs_joined.records_column = records_columns.research_column
    where pairs_joined.pairs * 0.03 < least(answers_columns.families, records_columns.families)
),

pairs_of_one_family as (
    select
        pairs_that_may_tell.answers_column,
        pairs_that_may_tell.records_column,
        pairs_that_may_tell.chance,
        pairs_that_may_tell.pairs,
        count(*) as of_one_family,
        count(*) * 1.0 / pairs_that_may_tell.pairs as share_of_one_family
    from pairs_that_may_tell
    inner join answers_of_families
        on
            pairs_that_may_tell.study = answers_of_families.study
            and pairs_that_may_tell.answers_column = answers_of_families.research_column
    inner join records_of_families
        on
            pairs_that_may_tell.study = records_of_families.study
            and pairs_that_may_tell.records_column = records_of_families.research_column
            and answers_of_families.family_id = records_of_families.family_id
            and answers_of_families.value_shown = records_of_families.value_shown
    group by
        pairs_that_may_tell.answers_column,
        pairs_that_may_tell.records_column,
        pairs_that_may_tell.chance,
        pairs_that_may_tell.pairs
),

pairs_measured as (
    select
        *,
        share_of_one_family * ln(share_of_one_family / chance)
        + coalesce(
            (1 - share_of_one_family) * ln(nullif(1 - share_of_one_family, 0) / nullif(1 - chance, 0)), 0
        ) as divergence
    from pairs_of_one_family
)

select
    answers_column,
    records_column,
    pairs,
    of_one_family
from pairs_measured
where
    share_of_one_family > 0.03
    and share_of_one_family > 2 * chance
    and pairs * divergence > ln(1e6)
