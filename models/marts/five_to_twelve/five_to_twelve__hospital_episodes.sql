select {{ all_columns_but('study') }}
from {{ ref('int_hospital_episodes_deidentified') }}
where study = 'five_to_twelve'
