# Who meets the expected standard at key stage 2, by household income?
# Study: Five to Twelve. Grain: one row per band of yearly household income. Denominator: linked
# children with a score in reading and in maths whose parent named an income in the interview
# nearest to the school year of the tests. The expected standard is a score of 100 or more in both.
# Fit for the public: a count under ten is withheld, every other rounded to the nearest ten, and
# percentages are computed from rounded counts.

import duckdb
import pandas as pd
from public_figures import percent, public

research = duckdb.connect("data/research.duckdb", read_only=True)
years = research.sql("select * from five_to_twelve.child_years").df()

years = years.dropna(subset=["is_expected_standard_dv", "household_income"])
years["income_band"] = pd.cut(
    years["household_income"],
    [0, 25_000, 40_000, float("inf")],
    right=False,
    labels=[
        "1: under 25,000 pounds",
        "2: 25,000 to under 40,000 pounds",
        "3: 40,000 pounds or more",
    ],
)

groups = ["income_band", "research_id"]
ever = years.groupby(groups, observed=True)["is_expected_standard_dv"].any()
figures = (
    ever.groupby("income_band", observed=True)
    .agg(children="count", children_at_standard="sum")
    .apply(public)
    .dropna(subset="children")
)
figures["percent_at_standard"] = percent(figures["children_at_standard"], figures["children"])
print(figures.to_csv())
