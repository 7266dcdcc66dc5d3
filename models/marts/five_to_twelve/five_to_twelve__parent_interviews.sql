select {{ all_columns_but('study') }}
from {{ ref('int_parent_interviews_deidentified') }}
where study = 'five_to_twelve'
