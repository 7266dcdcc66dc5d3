select {{ all_columns_but('study') }}
from {{ ref('int_register_events_deidentified') }}
where study = 'five_to_twelve'
