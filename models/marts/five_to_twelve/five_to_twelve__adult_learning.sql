select {{ all_columns_but('study') }}
from {{ ref('int_adult_learning_deidentified') }}
where study = 'five_to_twelve'
