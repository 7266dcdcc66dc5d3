-- Each agency is asked for its own domain, and DfE for the education of adults alone: nobody is asked
-- for a child's education, because DfE holds the national pupil tables anyway.

with

promised (supplier, domain, is_only_of_adults) as (
    values
    ('dfe', 'education', true),
    ('nhs_england', 'health', false),
    ('hmrc', 'employment_tax', false),
    ('dwp', 'benefits', false)
),

asked as (
    select * from {{ ref('int_domains_requestable') }}
)

select
    coalesce(promised.supplier, asked.supplier) as supplier,
    coalesce(promised.domain, asked.domain) as domain
from promised
full outer join asked
    on
        promised.supplier = asked.supplier
        and promised.domain = asked.domain
        and promised.is_only_of_adults = asked.is_only_of_adults
where promised.supplier is null or asked.supplier is null
