with

children as (
    select * from {{ ref('int_children_linkable') }}
),

described as (
    select * from {{ ref('int_children_described') }}
),

characteristics as (
    select * from {{ ref('linkage_characteristics') }}
),

disclosure_control as (
    select * from {{ ref('disclosure_control') }}
),

-- from the seed, so that no row comes or goes with the children in it
categories as (
    select
        study,
        characteristic,
        category
    from characteristics
    union
    select
        study,
        characteristic,
        'Other or not known' as category
    from characteristics
    union
    select
        study,
        'all' as characteristic,
        'All' as category
    from characteristics
),

characteristics_of_studies as (
    select distinct
        study,
        characteristic
    from characteristics
),

-- everyone is in one category of each characteristic
children_in_categories as (
    select
        children.study,
        characteristics_of_studies.characteristic,
        coalesce(characteristics.category, 'Other or not known') as category,
        children.is_matched,
        children.is_awaiting_clerk
    from children
    inner join characteristics_of_studies
        on children.study = characteristics_of_studies.study
    left join described
        on
            children.study = described.study
            and children.participant_id = described.participant_id
            and characteristics_of_studies.characteristic = described.characteristic
    left join characteristics
        on
            described.study = characteristics.study
            and described.characteristic = characteristics.characteristic
            and described.answer = characteristics.answer
    union all
    select
        study,
        'all' as characteristic,
        'All' as category,
        is_matched,
        is_awaiting_clerk
    from children
),

-- children who were found are counted separately, so that no count depends on what decides which rows there
-- are
{% set kinds = {
    'children': none, 'found': 'is_matched', 'missed': 'not is_matched', 'awaiting': 'is_awaiting_clerk',
} -%}
{%- for kind, condition in kinds.items() %}
{{ kind }}_counted as (
    select
        study,
        characteristic,
        category,
        count(*) as {{ kind }}
    from children_in_categories
    {%- if condition %}
    where {{ condition }}
    {%- endif %}
    group by study, characteristic, category
),
{% endfor %}
categories_counted as (
    select
        categories.study,
        categories.characteristic,
        categories.category,
        {{ public_count('children_counted.children', 'disclosure_control.round_counts_to') | indent(8) }}
            as children,
        {{ public_count('found_counted.found', 'disclosure_control.round_counts_to') | indent(8) }}
            as children_matched,
        {{ public_count('missed_counted.missed', 'disclosure_control.round_counts_to') | indent(8) }}
            as children_not_matched,
        {{ public_count('awaiting_counted.awaiting', 'disclosure_control.round_counts_to') | indent(8) }}
            as children_awaiting_clerk
    from categories
    cross join disclosure_control
    {%- for kind in kinds %}
    left join {{ kind }}_counted
        on
            categories.study = {{ kind }}_counted.study
            and categories.characteristic = {{ kind }}_counted.characteristic
            and categories.category = {{ kind }}_counted.category
    {%- endfor %}
),

categories_beside_all as (
    select
        categories_counted.*,
        everyone.children_matched as all_matched,
        everyone.children_not_matched as all_not_matched
    from categories_counted
    inner join categories_counted as everyone
        on
            categories_counted.study = everyone.study
            and everyone.characteristic = 'all'
),

linkage_quality as (
    select
        study,
        'education' as domain,
        characteristic,
        category,
        children,
        children_matched,
        children_not_matched,
        children_awaiting_clerk,
        round(children_matched / cast(children as double), 4) as match_rate,
        round({{ wilson_bound('children_matched', 'children', '-') }}, 4) as match_rate_low,
        round({{ wilson_bound('children_matched', 'children', '+') }}, 4) as match_rate_high,
        round({{ standardised_difference(
            'children_matched / cast(all_matched as double)',
            'children_not_matched / cast(all_not_matched as double)',
        ) | indent(8) }}, 4) as standardised_difference
    from categories_beside_all
)

select * from linkage_quality
