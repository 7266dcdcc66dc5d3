select {{ all_columns_but('study') }}
from {{ ref('int_benefit_spells_deidentified') }}
where study = 'five_to_twelve'
