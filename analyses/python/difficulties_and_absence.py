# Are children with more difficulties more often persistently absent from school?
# Study: Five to Twelve. Grain: one row per band of the total difficulties score that a parent
# reports. Denominator: linked children with an attendance record of a school year in which a parent
# was interviewed and the score is known. A child may be in several bands, with several years. A
# score of 14 or more is above average. Fit for the public: a count under ten is withheld, every
# other rounded to the nearest ten, and percentages are computed from rounded counts.

import duckdb
import pandas as pd
from public_figures import percent, public

research = duckdb.connect("data/research.duckdb", read_only=True)
years = research.sql("select * from five_to_twelve.child_years").df()

years = years.dropna(subset=["child_sdq_total", "is_persistently_absent_dv"])
years = years[years["is_interview_in_year_dv"]]
years["total_difficulties"] = pd.cut(
    years["child_sdq_total"],
    [0, 8, 14, float("inf")],
    right=False,
    labels=["1: 0 to 7", "2: 8 to 13", "3: 14 or more"],
)

groups = ["total_difficulties", "research_id"]
ever = years.groupby(groups, observed=True)["is_persistently_absent_dv"].any()
figures = (
    ever.groupby("total_difficulties", observed=True)
    .agg(children="count", children_persistently_absent="sum")
    .apply(public)
    .dropna(subset="children")
)
figures["percent_persistently_absent"] = percent(
    figures["children_persistently_absent"], figures["children"]
)
print(figures.to_csv())
