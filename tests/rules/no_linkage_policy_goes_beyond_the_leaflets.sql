-- What the leaflets of the two studies rule out stays out, whatever the seed says: whose records, of
-- which domain, for whose answers, and on what terms. A policy may ask for permission where a leaflet
-- needs none; it may not do without where a leaflet asks for it. A new study has promises of its own.

with

policies as (
    select * from {{ ref('linkage_policies') }}
    where study in ('five_to_twelve', 'send_futures')
),

allowed as (
    -- Five to Twelve: your child's education records are added unless you object
    select 'five_to_twelve' as study, 'education' as domain, 'child' as role, 'family' as answers_of, 'standard' as mode
    union all
    -- your own education records are added unless you object
    select 'five_to_twelve', 'education', 'adult', 'family', 'standard'
    union all
    -- your child's health records are added only with your permission
    select 'five_to_twelve', 'health', 'child', 'family', 'permission'
    union all
    -- your own health records are added only with your permission
    select 'five_to_twelve', 'health', 'adult', 'family', 'permission'
    union all
    -- employment and tax records are added only with your permission and never for a child
    select 'five_to_twelve', 'employment_tax', 'adult', 'family', 'permission'
    union all
    -- benefit records are added only with your permission and never for a child
    select 'five_to_twelve', 'benefits', 'adult', 'family', 'permission'
    union all
    -- information about the area you live in is added unless you object
    select 'five_to_twelve', 'area', 'child', 'family', 'standard'
    union all
    select 'five_to_twelve', 'area', 'adult', 'family', 'standard'
    union all
    -- SEND Futures: one tick adds your child's education records to your answers
    select 'send_futures', 'education', 'child', 'parent', 'permission'
    union all
    -- another tick adds your child's education records to their own answers
    select 'send_futures', 'education', 'child', 'child', 'permission'
)

select
    policies.study,
    policies.domain,
    policies.records_of_role,
    policies.answers_of,
    policies.mode
from policies
left join allowed
    on
        policies.study = allowed.study
        and policies.domain = allowed.domain
        and policies.records_of_role = allowed.role
        and policies.answers_of = allowed.answers_of
        and policies.mode in ('permission', allowed.mode)
where allowed.study is null
