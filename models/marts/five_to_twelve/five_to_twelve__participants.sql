select {{ all_columns_but('study') }}
from {{ ref('int_participants_deidentified') }}
where study = 'five_to_twelve'
