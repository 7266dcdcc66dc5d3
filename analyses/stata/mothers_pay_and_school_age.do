* Are mothers paid by an employer more often once their child is at school?
* Study: Five to Twelve. Grain: one row for whether the tax year ended before the child started
* school. Denominator: mothers with a National Insurance record of the tax year, paid or credited,
* whose child is in the school census. A child starts school in the September of reception. A mother
* may be in both rows. Fit for the public: a count under ten is withheld, every other rounded to the
* nearest ten, and percentages are computed from rounded counts.

version 14
tempfile starts paid

use data/five_to_twelve_pupil_census.dta, clear
drop if missing(national_curriculum_year)
merge m:1 research_id using data/five_to_twelve_participants.dta, keep(match) nogenerate
generate start_year = real(substr(academic_year, 1, 4)) - national_curriculum_year
collapse (max) start_year, by(family_research_id)
save `starts'

use data/five_to_twelve_employments.dta, clear
keep research_id tax_year
duplicates drop
save `paid'

use data/five_to_twelve_participants.dta, clear
keep if role == "mother"
merge m:1 family_research_id using `starts', keep(match) nogenerate
merge 1:m research_id using data/five_to_twelve_national_insurance.dta, keep(match) nogenerate
merge m:1 research_id tax_year using `paid', keep(master match)
generate is_paid = _merge == 3
generate period = "1: before the child started school"
replace period = "2: after the child started school" ///
    if real(substr(tax_year, 1, 4)) >= start_year

collapse (max) is_paid, by(period research_id)
collapse (count) mothers = is_paid (sum) mothers_paid = is_paid, by(period)
do analyses/stata/public_figures.do mothers mothers_paid percent_paid
