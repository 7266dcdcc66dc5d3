* Are children whose parents were long on Universal Credit more often persistently absent from
* school?
* Study: Five to Twelve. Grain: one row per band of months in the tax year that begins in the April
* of the school year, counted for both parents together. Denominator: children with an attendance
* record and a parent linked to benefit records; linked and without a spell is no month, as far as
* the deliveries that may be used reach. Of each child the latest such year. Fit for the public: a
* count under ten is withheld, every other rounded to the nearest ten, and percentages are computed
* from rounded counts.

version 14
use data/five_to_twelve_child_years.dta, clear
keep if is_benefits_linked == 1 & !missing(is_persistently_absent_dv)
bysort research_id (academic_year): keep if _n == _N

generate months_on_universal_credit = "1: none"
replace months_on_universal_credit = "2: 1 to 11 months" if parents_months_on_uc_dv >= 1
replace months_on_universal_credit = "3: the whole year" if parents_months_on_uc_dv >= 12

collapse (max) is_persistently_absent_dv, by(months_on_universal_credit research_id)
collapse (count) children = is_persistently_absent_dv ///
    (sum) children_persistently_absent = is_persistently_absent_dv, by(months_on_universal_credit)
do analyses/stata/public_figures.do ///
    children children_persistently_absent percent_persistently_absent
