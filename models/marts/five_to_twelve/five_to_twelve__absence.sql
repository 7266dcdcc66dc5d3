select {{ all_columns_but('study') }}
from {{ ref('int_absence_deidentified') }}
where study = 'five_to_twelve'
