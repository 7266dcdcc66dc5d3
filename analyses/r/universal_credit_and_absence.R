# Are children whose parents were long on Universal Credit more often persistently absent from
# school?
# Study: Five to Twelve. Grain: one row per band of months in the tax year that begins in the April
# of the school year, counted for both parents together. Denominator: children with an attendance
# record and a parent linked to benefit records; linked and without a spell is no month, as far as
# the deliveries that may be used reach. Of each child the latest such year. Fit for the public: a
# count under ten is withheld, every other rounded to the nearest ten, and percentages are computed
# from rounded counts.

source("analyses/r/public_figures.R")

read_dta("data/five_to_twelve_child_years.dta") |>
  filter(is_benefits_linked == 1, !is.na(is_persistently_absent_dv)) |>
  group_by(research_id) |>
  slice_max(academic_year) |>
  ungroup() |>
  mutate(months_on_universal_credit = cut(
    parents_months_on_uc_dv,
    c(0, 1, 12, Inf),
    right = FALSE,
    labels = c("1: none", "2: 1 to 11 months", "3: the whole year")
  )) |>
  group_by(months_on_universal_credit) |>
  summarise(
    children = public(n_distinct(research_id)),
    children_persistently_absent = public(n_distinct(research_id[is_persistently_absent_dv == 1]))
  ) |>
  filter(!is.na(children)) |>
  mutate(percent_persistently_absent = percent(children_persistently_absent, children)) |>
  write.csv(na = "", row.names = FALSE)
