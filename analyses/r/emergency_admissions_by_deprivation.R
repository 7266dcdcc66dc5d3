# Are children in more deprived areas more often admitted to hospital in an emergency?
# Study: Five to Twelve. Grain: one row per fifth of the Index of Multiple Deprivation, 1 the most
# deprived. Denominator: children linked to health records and to an area, and not only those with
# an admission: linked and without one is none. Linked says that some delivery may be used, not that
# every year is covered: percentages compare groups and are not yearly. The year of birth is not
# counted, for its admissions show no month. Fit for the public: a count under ten is withheld,
# every other rounded to the nearest ten, and percentages are computed from rounded counts.

source("analyses/r/public_figures.R")

read_dta("data/five_to_twelve_child_years.dta") |>
  filter(is_health_linked == 1, !is.na(imd_quintile), age_in_year > 0) |>
  group_by(imd_quintile) |>
  summarise(
    children = public(n_distinct(research_id)),
    children_admitted = public(n_distinct(research_id[emergency_admissions_dv > 0]))
  ) |>
  filter(!is.na(children)) |>
  mutate(percent_admitted = percent(children_admitted, children)) |>
  write.csv(na = "", row.names = FALSE)
