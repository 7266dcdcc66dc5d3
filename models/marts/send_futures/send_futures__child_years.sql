-- the side of the records: no answer, no family, no age but what the records show
select
    research_id,
    academic_year,
    is_whole_year_dv,
    national_curriculum_year,
    is_fsm_eligible,
    sen_provision,
    sen_provision_label,
    school_id,
    reading_score,
    maths_score,
    grammar_score,
    is_expected_standard_dv,
    percent_absent,
    is_persistently_absent_dv,
    alternative_provision_spells_dv
from {{ ref('int_child_years_deidentified') }}
where study = 'send_futures'
