# Are pupils with a plan for their special needs more often persistently absent than those with
# other support?
# Study: SEND Futures, on the side of the records. Grain: one row per provision for special
# educational needs. Denominator: children with a census row and an attendance record of the same
# school year, in any such year; a child whose provision changed is in several rows. Fit for the
# public: a count under ten is withheld, every other rounded to the nearest ten, and percentages are
# computed from rounded counts.

source("analyses/r/public_figures.R")

read_dta("data/send_futures_child_years.dta") |>
  filter(sen_provision_label != "", !is.na(is_persistently_absent_dv)) |>
  group_by(provision = sen_provision_label) |>
  summarise(
    children = public(n_distinct(research_id)),
    children_persistently_absent = public(n_distinct(research_id[is_persistently_absent_dv == 1]))
  ) |>
  filter(!is.na(children)) |>
  mutate(percent_persistently_absent = percent(children_persistently_absent, children)) |>
  write.csv(na = "", row.names = FALSE)
