* Are children in more deprived areas more often admitted to hospital in an emergency?
* Study: Five to Twelve. Grain: one row per fifth of the Index of Multiple Deprivation, 1 the most
* deprived. Denominator: children linked to health records and to an area, and not only those with
* an admission: linked and without one is none. Linked says that some delivery may be used, not that
* every year is covered: percentages compare groups and are not yearly. The year of birth is not
* counted, for its admissions show no month. Fit for the public: a count under ten is withheld,
* every other rounded to the nearest ten, and percentages are computed from rounded counts.

version 14
use data/five_to_twelve_child_years.dta, clear
keep if is_health_linked == 1 & !missing(imd_quintile) & age_in_year > 0

generate is_admitted = emergency_admissions_dv > 0 & !missing(emergency_admissions_dv)
collapse (max) is_admitted, by(imd_quintile research_id)
collapse (count) children = is_admitted (sum) children_admitted = is_admitted, by(imd_quintile)
do analyses/stata/public_figures.do children children_admitted percent_admitted
