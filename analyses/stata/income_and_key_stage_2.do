* Who meets the expected standard at key stage 2, by household income?
* Study: Five to Twelve. Grain: one row per band of yearly household income. Denominator: linked
* children with a score in reading and in maths whose parent named an income in the interview
* nearest to the school year of the tests. The expected standard is a score of 100 or more in both.
* Fit for the public: a count under ten is withheld, every other rounded to the nearest ten, and
* percentages are computed from rounded counts.

version 14
use data/five_to_twelve_child_years.dta, clear
drop if missing(is_expected_standard_dv, household_income)

generate income_band = "1: under 25,000 pounds"
replace income_band = "2: 25,000 to under 40,000 pounds" if household_income >= 25000
replace income_band = "3: 40,000 pounds or more" if household_income >= 40000

collapse (max) is_expected_standard_dv, by(income_band research_id)
collapse (count) children = is_expected_standard_dv ///
    (sum) children_at_standard = is_expected_standard_dv, by(income_band)
do analyses/stata/public_figures.do children children_at_standard percent_at_standard
