# Are children with more difficulties more often persistently absent from school?
# Study: Five to Twelve. Grain: one row per band of the total difficulties score that a parent
# reports. Denominator: linked children with an attendance record of a school year in which a parent
# was interviewed and the score is known. A child may be in several bands, with several years. A
# score of 14 or more is above average. Fit for the public: a count under ten is withheld, every
# other rounded to the nearest ten, and percentages are computed from rounded counts.

source("analyses/r/public_figures.R")

read_dta("data/five_to_twelve_child_years.dta") |>
  filter(
    is_interview_in_year_dv == 1,
    !is.na(child_sdq_total),
    !is.na(is_persistently_absent_dv)
  ) |>
  mutate(total_difficulties = cut(
    child_sdq_total,
    c(0, 8, 14, Inf),
    right = FALSE,
    labels = c("1: 0 to 7", "2: 8 to 13", "3: 14 or more")
  )) |>
  group_by(total_difficulties) |>
  summarise(
    children = public(n_distinct(research_id)),
    children_persistently_absent = public(n_distinct(research_id[is_persistently_absent_dv == 1]))
  ) |>
  filter(!is.na(children)) |>
  mutate(percent_persistently_absent = percent(children_persistently_absent, children)) |>
  write.csv(na = "", row.names = FALSE)
