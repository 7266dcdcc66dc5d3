# Are children in more deprived areas more often admitted to hospital in an emergency?
# Study: Five to Twelve. Grain: one row per fifth of the Index of Multiple Deprivation, 1 the most
# deprived. Denominator: children linked to health records and to an area, and not only those with
# an admission: linked and without one is none. Linked says that some delivery may be used, not that
# every year is covered: percentages compare groups and are not yearly. The year of birth is not
# counted, for its admissions show no month. Fit for the public: a count under ten is withheld,
# every other rounded to the nearest ten, and percentages are computed from rounded counts.

import duckdb
from public_figures import percent, public

research = duckdb.connect("data/research.duckdb", read_only=True)
years = research.sql("select * from five_to_twelve.child_years").df()

years = years[years["is_health_linked"] & (years["age_in_year"] > 0)]
years["is_admitted"] = years["emergency_admissions_dv"] > 0

groups = ["imd_quintile", "research_id"]
ever = years.groupby(groups)["is_admitted"].any()
figures = (
    ever.groupby("imd_quintile")
    .agg(children="count", children_admitted="sum")
    .apply(public)
    .dropna(subset="children")
)
figures["percent_admitted"] = percent(figures["children_admitted"], figures["children"])
print(figures.to_csv())
