* Are pupils with a plan for their special needs more often persistently absent than those with
* other support?
* Study: SEND Futures, on the side of the records. Grain: one row per provision for special
* educational needs. Denominator: children with a census row and an attendance record of the same
* school year, in any such year; a child whose provision changed is in several rows. Fit for the
* public: a count under ten is withheld, every other rounded to the nearest ten, and percentages are
* computed from rounded counts.

version 14
use data/send_futures_child_years.dta, clear
rename sen_provision_label provision
drop if provision == "" | missing(is_persistently_absent_dv)

collapse (max) is_persistently_absent_dv, by(provision research_id)
collapse (count) children = is_persistently_absent_dv ///
    (sum) children_persistently_absent = is_persistently_absent_dv, by(provision)
do analyses/stata/public_figures.do ///
    children children_persistently_absent percent_persistently_absent
