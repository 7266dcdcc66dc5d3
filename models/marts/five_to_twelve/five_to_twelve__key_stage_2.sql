select {{ all_columns_but('study') }}
from {{ ref('int_key_stage_2_deidentified') }}
where study = 'five_to_twelve'
