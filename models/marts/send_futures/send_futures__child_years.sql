-- the side of the records: no answer, no family, no age but what the records show
with

child_years as (
    select * from {{ ref('int_child_years_deidentified') }}
    where study = 'send_futures'
),

match_qualities as (
    select * from {{ ref('int_match_qualities_deidentified') }}
)

select
    child_years.research_id,
    child_years.academic_year,
    child_years.is_whole_year_dv,
    match_qualities.match_quality_dv,
    child_years.national_curriculum_year,
    child_years.is_fsm_eligible,
    child_years.sen_provision,
    child_years.sen_provision_label,
    child_years.school_id,
    child_years.reading_score,
    child_years.maths_score,
    child_years.grammar_score,
    child_years.is_expected_standard_dv,
    child_years.percent_absent,
    child_years.is_persistently_absent_dv,
    child_years.alternative_provision_spells_dv
from child_years
left join match_qualities
    on
        child_years.study = match_qualities.study
        and child_years.research_id = match_qualities.research_id
