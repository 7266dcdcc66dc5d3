select {{ all_columns_but('study') }}
from {{ ref('int_child_benefit_deidentified') }}
where study = 'five_to_twelve'
