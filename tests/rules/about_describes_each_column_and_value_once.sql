-- The schema `about` describes every column of a research table once, and every value of a coded column once:
-- a description or label of another would mislead a reader. Columns and counts, never values.

{{ config(meta={'remedy':
    'A column or a coded value is described twice in `about`. Join its declaration to the seed by name or list.',
}) }}

select
    table_schema || '.' || table_name || '.' || column_name as research_column,
    count(*) as descriptions
from {{ ref('about__columns') }}
group by table_schema, table_name, column_name
having count(*) > 1
union all
select
    table_schema || '.' || table_name || '.' || column_name as research_column,
    count(*) as descriptions
from {{ ref('about__value_labels') }}
group by table_schema, table_name, column_name, value
having count(*) > 1
