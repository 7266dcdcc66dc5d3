select {{ all_columns_but('study') }}
from {{ ref('int_gp_events_deidentified') }}
where study = 'five_to_twelve'
