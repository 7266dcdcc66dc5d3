# Are pupils with a plan for their special needs more often persistently absent than those with
# other support?
# Study: SEND Futures, on the side of the records. Grain: one row per provision for special
# educational needs. Denominator: children with a census row and an attendance record of the same
# school year, in any such year; a child whose provision changed is in several rows. Fit for the
# public: a count under ten is withheld, every other rounded to the nearest ten, and percentages are
# computed from rounded counts.

import duckdb
from public_figures import percent, public

research = duckdb.connect("data/research.duckdb", read_only=True)
years = research.sql("select * from send_futures.child_years").df()

years = years.dropna(subset="is_persistently_absent_dv")
years = years.rename(columns={"sen_provision_label": "provision"})

groups = ["provision", "research_id"]
ever = years.groupby(groups)["is_persistently_absent_dv"].any()
figures = (
    ever.groupby("provision")
    .agg(children="count", children_persistently_absent="sum")
    .apply(public)
    .dropna(subset="children")
)
figures["percent_persistently_absent"] = percent(
    figures["children_persistently_absent"], figures["children"]
)
print(figures.to_csv())
