select {{ all_columns_but('study') }}
from {{ ref('int_mental_health_contacts_deidentified') }}
where study = 'five_to_twelve'
