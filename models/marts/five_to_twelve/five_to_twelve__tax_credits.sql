select {{ all_columns_but('study') }}
from {{ ref('int_tax_credits_deidentified') }}
where study = 'five_to_twelve'
