* Are children with more difficulties more often persistently absent from school?
* Study: Five to Twelve. Grain: one row per band of the total difficulties score that a parent
* reports. Denominator: linked children with an attendance record of a school year in which a parent
* was interviewed and the score is known. A child may be in several bands, with several years. A
* score of 14 or more is above average. Fit for the public: a count under ten is withheld, every
* other rounded to the nearest ten, and percentages are computed from rounded counts.

version 14
use data/five_to_twelve_child_years.dta, clear
keep if is_interview_in_year_dv == 1
drop if missing(child_sdq_total, is_persistently_absent_dv)

generate total_difficulties = "1: 0 to 7"
replace total_difficulties = "2: 8 to 13" if child_sdq_total >= 8
replace total_difficulties = "3: 14 or more" if child_sdq_total >= 14

collapse (max) is_persistently_absent_dv, by(total_difficulties research_id)
collapse (count) children = is_persistently_absent_dv ///
    (sum) children_persistently_absent = is_persistently_absent_dv, by(total_difficulties)
do analyses/stata/public_figures.do ///
    children children_persistently_absent percent_persistently_absent
