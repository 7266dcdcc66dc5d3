-- A row of a policy seed that the rules do not know would still be read as something: an unknown role as a
-- child's, an unknown mode as permission, a linkage given twice as both. So these are errors in every study:
-- two rows with one key, a value outside its list, a study that is not in `studies`.

{%- set domains = [] %}
{%- for column in landed_columns('surveys', 'permissions') if column.name == 'domain' %}
{%- do domains.extend(column.config.meta.listed) %}
{%- endfor %}

with

studies as (
    select * from {{ ref('studies') }}
),

matching as (
    select * from {{ ref('pupil_matching') }}
),

policies as (
    select * from {{ ref('linkage_policies') }}
),

rows_repeated as (
    select
        'studies' as seed,
        study
    from studies
    group by study
    having count(*) > 1
    union all
    select
        'pupil_matching' as seed,
        study
    from matching
    group by study
    having count(*) > 1
    union all
    select
        'linkage_policies' as seed,
        study
    from policies
    group by study, domain, records_of_role, answers_of
    having count(*) > 1
),

policies_unknown as (
    select
        'linkage_policies' as seed,
        policies.study
    from policies
    left join studies
        on policies.study = studies.study
    where
        studies.study is null
        or not coalesce(policies.records_of_role in ('child', 'adult'), false)
        or not coalesce(policies.mode in ('permission', 'standard'), false)
        or not coalesce(
            policies.domain in (
                {%- for domain in domains %}
                '{{ domain }}'{{ ',' if not loop.last }}
                {%- endfor %}
            ),
            false
        )
        or policies.answers_of is null
),

studies_unknown as (
    select
        'studies' as seed,
        study
    from studies
    where study is null or own_decision_age is null
)

select * from rows_repeated
union all
select * from policies_unknown
union all
select * from studies_unknown
