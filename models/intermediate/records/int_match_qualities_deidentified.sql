with

records as (
    select * from {{ ref('int_publishable_records') }}
    where match_quality is not null
),

code_lists as (
    select * from {{ ref('code_lists') }}
),

match_qualities_deidentified as (
    select distinct
        records.study,
        records.research_id,
        match_quality_labels.label as match_quality_dv
    from records
    {{ label_join('match_quality', 'records.match_quality') }}
)

select * from match_qualities_deidentified
