select {{ all_columns_but('study') }}
from {{ ref('int_pupil_census_deidentified') }}
where study = 'five_to_twelve'
