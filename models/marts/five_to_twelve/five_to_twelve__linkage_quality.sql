with

published as (
    select * from {{ ref('int_linkage_quality') }}
    where study = 'five_to_twelve'
),

linkage_quality as (
    select
        domain,
        characteristic,
        category,
        children,
        children_matched,
        children_not_matched,
        match_rate,
        match_rate_low,
        match_rate_high,
        standardised_difference
    from published
)

select * from linkage_quality
