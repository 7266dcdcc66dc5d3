select {{ all_columns_but('study') }}
from {{ ref('int_prescriptions_deidentified') }}
where study = 'five_to_twelve'
