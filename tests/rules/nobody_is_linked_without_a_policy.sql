-- What has no row in linkage_policies is never linked: nothing from HMRC or DWP for a child, nothing but
-- education in SEND Futures.

with

publishable as (
    select * from {{ ref('int_publishable_records') }}
),

policies as (
    select * from {{ ref('linkage_policies') }}
)

select
    publishable.study,
    publishable.domain,
    count(*) as deliveries
from publishable
left join policies
    on
        publishable.study = policies.study
        and publishable.domain = policies.domain
        and publishable.is_adult = (policies.records_of_role = 'adult')
where policies.study is null
group by all
