select {{ all_columns_but('study') }}
from {{ ref('int_national_insurance_deidentified') }}
where study = 'five_to_twelve'
