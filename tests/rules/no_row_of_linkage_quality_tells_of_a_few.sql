-- A row of linkage quality tells of `min_class_size` children or more who were found in the register, and of
-- as many who were not, or it tells nothing at all. What is withheld of a characteristic is nothing, or that
-- many of either kind too, so that no total tells any of it. And as many are known to be of the row's category
-- and are not among its children, so that rows of children beside it tell of no fewer; a study of whose found
-- children some have no records has that many of these, too.

{%- set tables = tables_of_counts() %}

with

disclosure_control as (
    select * from {{ ref('disclosure_control') }}
),

children as (
    select * from {{ ref('int_children_linkable') }}
),

described as (
    select * from {{ ref('int_children_described') }}
),

-- as rows of children tell, whether or not they may be looked for
known as (
    select
        study,
        'all' as characteristic,
        'All' as category,
        count(*) as children
    from children
    group by study
    union all
    select
        study,
        characteristic,
        category,
        count(*) as children
    from described
    group by study, characteristic, category
),

without_records as (
    select
        study,
        count(*) as children
    from children
    where is_linkable and is_matched and not is_linked
    group by study
),

published as (
    {%- for study, names in tables.items() %}
    {%- set outer = loop %}
    {%- for name in names %}
    select
        '{{ study }}' as study,
        '{{ study }}.{{ name }}' as research_table,
        characteristic,
        category,
        is_withheld,
        children,
        children_matched,
        coalesce(
            children, children_matched, match_rate, match_rate_low, match_rate_high, standardised_difference
        ) is not null as tells_a_number
    from {{ ref(study ~ '__' ~ name) }}
    {%- if not (outer.last and loop.last) %}
    union all
    {%- endif %}
    {%- endfor %}
    {%- endfor %}
),

everyone as (
    select
        research_table,
        children,
        children_matched
    from published
    where characteristic = 'all'
),

rows_that_tell as (
    select published.research_table
    from published
    cross join disclosure_control
    where
        published.is_withheld = published.tells_a_number
        or least(published.children_matched, published.children - published.children_matched)
        < disclosure_control.min_class_size
),

rows_that_tell_beside_others as (
    select published.research_table
    from published
    cross join disclosure_control
    left join known
        on
            published.study = known.study
            and published.characteristic = known.characteristic
            and published.category = known.category
    left join without_records
        on published.study = without_records.study
    where
        published.tells_a_number
        and (
            known.children - published.children < disclosure_control.min_class_size
            or without_records.children < disclosure_control.min_class_size
        )
),

withheld as (
    select
        published.research_table,
        published.characteristic,
        bool_or(published.is_withheld) as is_any_withheld,
        min(everyone.children_matched) - coalesce(sum(published.children_matched), 0) as found,
        min(everyone.children - everyone.children_matched)
        - coalesce(sum(published.children - published.children_matched), 0) as not_found,
        bool_or(published.tells_a_number and everyone.children is null) as is_told_without_a_total
    from published
    inner join everyone
        on published.research_table = everyone.research_table
    group by published.research_table, published.characteristic
),

characteristics_that_tell as (
    select withheld.research_table
    from withheld
    cross join disclosure_control
    where
        withheld.is_told_without_a_total
        or (
            withheld.is_any_withheld
            and least(withheld.found, withheld.not_found) < disclosure_control.min_class_size
        )
        or (not withheld.is_any_withheld and greatest(withheld.found, withheld.not_found) != 0)
),

all_that_tell as (
    select * from rows_that_tell
    union all
    select * from rows_that_tell_beside_others
    union all
    select * from characteristics_that_tell
)

select
    research_table,
    count(*) as rows_that_tell
from all_that_tell
group by research_table
