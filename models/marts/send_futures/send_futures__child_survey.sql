select {{ all_columns_but('study') }}
from {{ ref('int_child_survey_deidentified') }}
where study = 'send_futures'
