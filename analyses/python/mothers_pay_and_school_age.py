# Are mothers paid by an employer more often once their child is at school?
# Study: Five to Twelve. Grain: one row for whether the tax year ended before the child started
# school. Denominator: mothers with a National Insurance record of the tax year, paid or credited,
# whose child is in the school census. A child starts school in the September of reception. A mother
# may be in both rows. Fit for the public: a count under ten is withheld, every other rounded to the
# nearest ten, and percentages are computed from rounded counts.

import duckdb
import numpy as np
from public_figures import percent, public

research = duckdb.connect("data/research.duckdb", read_only=True)
participants = research.sql("select * from five_to_twelve.participants").df()
pupil_census = research.sql("select * from five_to_twelve.pupil_census").df()
national_insurance = research.sql("select * from five_to_twelve.national_insurance").df()
employments = research.sql("select * from five_to_twelve.employments").df()

families = participants[["research_id", "family_research_id"]]
pupils = pupil_census.dropna(subset="national_curriculum_year").merge(families, on="research_id")
pupils["start_year"] = (
    pupils["academic_year"].str[:4].astype(int) - pupils["national_curriculum_year"]
)
starts = pupils.groupby("family_research_id", as_index=False)["start_year"].max()

paid = employments[["research_id", "tax_year"]].drop_duplicates()
years = (
    participants[participants["role"] == "mother"]
    .merge(starts, on="family_research_id")
    .merge(national_insurance, on="research_id")
    .merge(paid, on=["research_id", "tax_year"], how="left", indicator="paid")
)
years["period"] = np.where(
    years["tax_year"].str[:4].astype(int) < years["start_year"],
    "1: before the child started school",
    "2: after the child started school",
)
years["is_paid"] = years["paid"] == "both"

groups = ["period", "research_id"]
ever = years.groupby(groups)["is_paid"].any()
figures = (
    ever.groupby("period")
    .agg(mothers="count", mothers_paid="sum")
    .apply(public)
    .dropna(subset="mothers")
)
figures["percent_paid"] = percent(figures["mothers_paid"], figures["mothers"])
print(figures.to_csv())
