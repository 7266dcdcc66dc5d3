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

-- of each characteristic everyone is in one category, so that all have the same totals
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
        'Not known' as category
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

children_in_categories as (
    select
        characteristics_of_studies.study,
        characteristics_of_studies.characteristic,
        coalesce(characteristics.category, 'Not known') as category,
        coalesce(described.is_linkable, children.is_linkable) as is_linkable,
        children.is_matched,
        children.is_linked
    from characteristics_of_studies
    inner join children
        on characteristics_of_studies.study = children.study
    left join described
        on
            children.study = described.study
            and children.participant_id = described.participant_id
            and characteristics_of_studies.characteristic = described.characteristic
    left join characteristics
        on
            described.study = characteristics.study
            and described.characteristic = characteristics.characteristic
            and described.category = characteristics.category
    union all
    -- who may be looked for, but not beside what is known of them
    select
        children.study,
        described.characteristic,
        'Not known' as category,
        children.is_linkable,
        children.is_matched,
        children.is_linked
    from children
    inner join described
        on
            children.study = described.study
            and children.participant_id = described.participant_id
    where children.is_linkable and not described.is_linkable
    union all
    select
        study,
        'all' as characteristic,
        'All' as category,
        is_linkable,
        is_matched,
        is_linked
    from children
),

children_counted as (
    select
        study,
        characteristic,
        category,
        count(*) as children
    from children_in_categories
    where is_linkable
    group by study, characteristic, category
),

-- those found are counted as rows of their own, so that no count is computed from what decides over rows
found_counted as (
    select
        study,
        characteristic,
        category,
        count(*) as children_matched
    from children_in_categories
    where is_linkable and is_matched
    group by study, characteristic, category
),

not_linkable_counted as (
    select
        study,
        characteristic,
        category,
        count(*) as not_linkable
    from children_in_categories
    where not is_linkable
    group by study, characteristic, category
),

without_records_counted as (
    select
        study,
        characteristic,
        category,
        count(*) as without_records
    from children_in_categories
    where is_linkable and is_matched and not is_linked
    group by study, characteristic, category
),

categories_counted as (
    select
        categories.study,
        categories.characteristic,
        categories.category,
        coalesce(children_counted.children, 0) as children,
        coalesce(found_counted.children_matched, 0) as children_matched,
        all_children.children as all_children,
        all_found.children_matched as all_matched,
        coalesce(not_linkable_counted.not_linkable, 0) as not_linkable,
        coalesce(all_not_linkable.not_linkable, 0) as all_not_linkable,
        coalesce(without_records_counted.without_records, 0) as without_records,
        coalesce(all_without_records.without_records, 0) as all_without_records,
        disclosure_control.min_class_size
    from categories
    left join children_counted
        on
            categories.study = children_counted.study
            and categories.characteristic = children_counted.characteristic
            and categories.category = children_counted.category
    left join found_counted
        on
            categories.study = found_counted.study
            and categories.characteristic = found_counted.characteristic
            and categories.category = found_counted.category
    left join children_counted as all_children
        on
            categories.study = all_children.study
            and all_children.characteristic = 'all'
    left join found_counted as all_found
        on
            categories.study = all_found.study
            and all_found.characteristic = 'all'
    left join not_linkable_counted
        on
            categories.study = not_linkable_counted.study
            and categories.characteristic = not_linkable_counted.characteristic
            and categories.category = not_linkable_counted.category
    left join not_linkable_counted as all_not_linkable
        on
            categories.study = all_not_linkable.study
            and all_not_linkable.characteristic = 'all'
    left join without_records_counted
        on
            categories.study = without_records_counted.study
            and categories.characteristic = without_records_counted.characteristic
            and categories.category = without_records_counted.category
    left join without_records_counted as all_without_records
        on
            categories.study = all_without_records.study
            and all_without_records.characteristic = 'all'
    cross join disclosure_control
),

-- who may not be looked for is told by how many may, for researchers can count the children of a study and
-- of each category of it; and who was found without records, by how many were found. Where there are records
-- of all who were found, that is so by the delivery, tells nobody apart, and is no cell
categories_judged as (
    select
        *,
        all_not_linkable < min_class_size
        or not {{ may_be_published(
            [
                'children_matched',
                'children - children_matched',
                'not_linkable',
                'case when all_without_records > 0 then without_records else children_matched end',
            ],
            'category',
            'min_class_size',
            within=['study', 'characteristic'],
            known='children + not_linkable',
        ) | indent(8) }} as is_withheld
    from categories_counted
),

categories_published as (
    select
        study,
        characteristic,
        category,
        is_withheld,
        case when not is_withheld then children end as children,
        case when not is_withheld then children_matched end as children_matched,
        all_matched,
        all_children - all_matched as all_unmatched
    from categories_judged
),

linkage_quality as (
    select
        study,
        'education' as domain,
        characteristic,
        category,
        is_withheld,
        cast(children as bigint) as children,
        cast(children_matched as bigint) as children_matched,
        round(children_matched / cast(children as double), 4) as match_rate,
        round({{ wilson_bound('children_matched', 'children', '-') }}, 4) as match_rate_low,
        round({{ wilson_bound('children_matched', 'children', '+') }}, 4) as match_rate_high,
        case
            when characteristic != 'all' then
                round({{ standardised_difference(
                    'children_matched / cast(all_matched as double)',
                    '(children - children_matched) / cast(all_unmatched as double)',
                ) | indent(16) }}, 4)
        end as standardised_difference
    from categories_published
)

select * from linkage_quality
