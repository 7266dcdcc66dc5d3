select {{ all_columns_but('study') }}
from {{ ref('int_employment_programmes_deidentified') }}
where study = 'five_to_twelve'
