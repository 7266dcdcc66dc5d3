# Are mothers paid by an employer more often once their child is at school?
# Study: Five to Twelve. Grain: one row for whether the tax year ended before the child started
# school. Denominator: mothers with a National Insurance record of the tax year, paid or credited,
# whose child is in the school census. A child starts school in the September of reception. A mother
# may be in both rows. Fit for the public: a count under ten is withheld, every other rounded to the
# nearest ten, and percentages are computed from rounded counts.

source("analyses/r/public_figures.R")

participants <- read_dta("data/five_to_twelve_participants.dta")
pupil_census <- read_dta("data/five_to_twelve_pupil_census.dta")
national_insurance <- read_dta("data/five_to_twelve_national_insurance.dta")
employments <- read_dta("data/five_to_twelve_employments.dta")

starts <- pupil_census |>
  filter(!is.na(national_curriculum_year)) |>
  inner_join(participants, by = "research_id") |>
  group_by(family_research_id) |>
  summarise(start_year = max(as.integer(substr(academic_year, 1, 4)) - national_curriculum_year))

paid <- employments |>
  distinct(research_id, tax_year) |>
  mutate(is_paid = TRUE)

participants |>
  filter(role == "mother") |>
  inner_join(starts, by = "family_research_id") |>
  inner_join(national_insurance, by = "research_id") |>
  left_join(paid, by = c("research_id", "tax_year")) |>
  group_by(period = ifelse(
    as.integer(substr(tax_year, 1, 4)) < start_year,
    "1: before the child started school",
    "2: after the child started school"
  )) |>
  summarise(
    mothers = public(n_distinct(research_id)),
    mothers_paid = public(n_distinct(research_id[!is.na(is_paid)]))
  ) |>
  filter(!is.na(mothers)) |>
  mutate(percent_paid = percent(mothers_paid, mothers)) |>
  write.csv(na = "", row.names = FALSE)
