select {{ all_columns_but('study') }}
from {{ ref('int_linkage_quality') }}
where study = 'send_futures'
