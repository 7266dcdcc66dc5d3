-- nothing that shows who is linked, and no child's age: either would lead from answers to records
select
    research_id,
    family_research_id,
    role,
    role_label,
    age_band
from {{ ref('int_participants_deidentified') }}
where study = 'send_futures'
