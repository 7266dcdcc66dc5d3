# Who meets the expected standard at key stage 2, by household income?
# Study: Five to Twelve. Grain: one row per band of yearly household income. Denominator: linked
# children with a score in reading and in maths whose parent named an income in the interview
# nearest to the school year of the tests. The expected standard is a score of 100 or more in both.
# Fit for the public: a count under ten is withheld, every other rounded to the nearest ten, and
# percentages are computed from rounded counts.

source("analyses/r/public_figures.R")

read_dta("data/five_to_twelve_child_years.dta") |>
  filter(!is.na(is_expected_standard_dv), !is.na(household_income)) |>
  mutate(income_band = cut(
    household_income,
    c(0, 25000, 40000, Inf),
    right = FALSE,
    labels = c(
      "1: under 25,000 pounds",
      "2: 25,000 to under 40,000 pounds",
      "3: 40,000 pounds or more"
    )
  )) |>
  group_by(income_band) |>
  summarise(
    children = public(n_distinct(research_id)),
    children_at_standard = public(n_distinct(research_id[is_expected_standard_dv == 1]))
  ) |>
  filter(!is.na(children)) |>
  mutate(percent_at_standard = percent(children_at_standard, children)) |>
  write.csv(na = "", row.names = FALSE)
