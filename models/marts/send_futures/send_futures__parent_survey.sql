select {{ all_columns_but('study') }}
from {{ ref('int_parent_survey_deidentified') }}
where study = 'send_futures'
