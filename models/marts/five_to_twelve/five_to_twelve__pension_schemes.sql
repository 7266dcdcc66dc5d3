select {{ all_columns_but('study') }}
from {{ ref('int_pension_schemes_deidentified') }}
where study = 'five_to_twelve'
