# Are children whose parents were long on Universal Credit more often persistently absent from
# school?
# Study: Five to Twelve. Grain: one row per band of months in the tax year that begins in the April
# of the school year, counted for both parents together. Denominator: children with an attendance
# record and a parent linked to benefit records; linked and without a spell is no month, as far as
# the deliveries that may be used reach. Of each child the latest such year. Fit for the public: a
# count under ten is withheld, every other rounded to the nearest ten, and percentages are computed
# from rounded counts.

import duckdb
import pandas as pd
from public_figures import percent, public

research = duckdb.connect("data/research.duckdb", read_only=True)
years = research.sql("select * from five_to_twelve.child_years").df()

years = years[years["is_benefits_linked"]].dropna(subset="is_persistently_absent_dv")
years = years.sort_values("academic_year").drop_duplicates("research_id", keep="last")
years["months_on_universal_credit"] = pd.cut(
    years["parents_months_on_uc_dv"],
    [0, 1, 12, float("inf")],
    right=False,
    labels=["1: none", "2: 1 to 11 months", "3: the whole year"],
)

groups = ["months_on_universal_credit", "research_id"]
ever = years.groupby(groups, observed=True)["is_persistently_absent_dv"].any()
figures = (
    ever.groupby("months_on_universal_credit", observed=True)
    .agg(children="count", children_persistently_absent="sum")
    .apply(public)
    .dropna(subset="children")
)
figures["percent_persistently_absent"] = percent(
    figures["children_persistently_absent"], figures["children"]
)
print(figures.to_csv())
