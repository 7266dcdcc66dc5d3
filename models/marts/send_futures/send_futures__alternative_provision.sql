select {{ all_columns_but('study') }}
from {{ ref('int_alternative_provision_deidentified') }}
where study = 'send_futures'
