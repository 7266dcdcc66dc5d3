"""Runs `by_hand.sql` on the landed extracts that the environment names, as one process.

The script leaves the research tables as temporary ones; disclosure control, the same few statements
for each of them, is written from here.
"""

import json
import os
from pathlib import Path

import duckdb

from studylink import bench, databases, landing
from studylink.contract import PROJECT
from studylink.linkage.pairs import COLUMNS
from studylink.linkage.scoring import score
from studylink.requests import register

PUPILS = {
    "pupil_census": (
        "academic_year primary_sen_type sen_provision ethnic_group_major national_curriculum_year "
        "school_phase language_group_major school_type school_size_band school_ofsted_rating "
        "school_percent_fsm_band school_percent_eal_band",
        "is_fsm_eligible",
    ),
    "key_stage_2": ("academic_year", "reading_score, maths_score, grammar_score"),
    "absence": (
        "academic_year",
        "percent_absent sessions_possible sessions_authorised sessions_unauthorised",
    ),
    "alternative_provision": ("academic_year start_month", "provision_type, weeks"),
}
CONTROLLED = {
    "five_to_twelve": {
        "participants": ("role age_band", ""),
        "parent_interviews": (
            "interview_year child_gender tenure ethnic_group relationship_to_child household_size "
            "age_in_year interview_month",
            "highest_qualification, employment_status, household_income, "
            "child_general_health_label child_general_health, child_sdq_total",
        ),
        **PUPILS,
        "adult_learning": ("academic_year", "aim_level, aim_subject, outcome"),
        "hospital_episodes": (
            "admission_year age_in_year admission_month",
            "admission_method, diagnosis_chapter diagnosis_label primary_diagnosis, "
            "procedure_chapter main_procedure, nights_in_hospital",
        ),
        "gp_events": ("event_year age_in_year event_month", "snomed_term snomed_code"),
        "prescriptions": (
            "prescribed_year age_in_year prescribed_month",
            "bnf_chapter bnf_chemical_code, quantity",
        ),
        "mental_health_contacts": (
            "contact_year age_in_year contact_month",
            "team_type, is_attended",
        ),
        "register_events": (
            "event_year event_type age_in_year event_month",
            "cause_of_death_group",
        ),
        "employments": ("tax_year is_ended start_month end_month", "pay_in_year"),
        "national_insurance": ("tax_year", "contribution_class, qualifying_weeks"),
        "tax_credits": ("tax_year", "award_type, amount"),
        "child_benefit": ("start_year is_ended end_year", "weekly_amount"),
        "benefit_spells": (
            "start_year is_ended end_year start_month end_month",
            "benefit_type, weekly_amount",
        ),
        "employment_programmes": (
            "start_year is_ended end_year start_month end_month",
            "programme, outcome",
        ),
        "pension_schemes": ("joined_year is_left left_year joined_month left_month", "scheme_type"),
        "areas": (
            "region imd_decile rural_urban crime_decile house_price_band no2_band "
            "july_temperature_band",
            "",
        ),
    },
    "send_futures": {
        "participants": ("role age_band", ""),
        "parent_survey": (
            "completed_year child_send_need completed_month",
            "child_has_ehcp, support_rating_label support_rating, parent_wellbeing",
        ),
        "child_survey": (
            "completed_year age_in_year completed_month",
            "enjoys_school_label enjoys_school, feels_supported_label feels_supported, "
            "support_hours_per_week, child_wellbeing",
        ),
        **PUPILS,
    },
}
"""By study and table: quasi-identifiers in the order in which they are kept, and groups of
sensitive columns, the coarsest first."""
TOLD = {
    "interview_month": "interview_year",
    "completed_month": "completed_year",
    "event_month": "event_year event_type",
    "contact_month": "contact_year",
    "prescribed_month": "prescribed_year",
    "admission_month": "admission_year",
    "start_month": "start_year academic_year",
    "end_year": "is_ended",
    "end_month": "end_year is_ended",
    "joined_month": "joined_year",
    "left_year": "is_left",
    "left_month": "left_year is_left",
    "cause_of_death_group": "event_type",
    "age_in_year": "event_type",
    "outcome": "is_ended",
}
"""Columns that tell others of their row, where it has them: they are blanked with any of those."""
FEWEST_PEOPLE, FEWEST_VALUES = 10, 2


def main() -> None:
    """Make the three databases in `STUDY_DATA` from the extracts in `STUDY_EXTRACTS`."""
    connection = duckdb.connect()
    connection.execute(f"set temp_directory = {json.dumps(str(databases.data_folder() / 'spill'))}")
    for name in databases.NAMES:
        databases.attach(connection, databases.data_folder(), name)
    made = register.read(databases.data_folder())
    run(connection, Path(os.environ["STUDY_EXTRACTS"]), bench.AS_OF, made)
    connection.close()


def run(
    connection: duckdb.DuckDBPyConnection, extracts: Path, as_of: str, requests: register.Register
) -> None:
    """Fill the three attached databases; `as_of` is as dbt's var has it, `requests` what was asked.

    What is published, before disclosure control, stays in temporary tables `<study>__<table>`.
    """
    databases.set_pseudonym_key(connection)
    register.lay(connection, requests)
    connection.execute("set variable extracts = ?", [str(extracts)])
    connection.execute("set variable seeds = ?", [str(PROJECT / "seeds")])
    connection.execute("set variable as_of = rtrim(?, 'Z')::timestamp", [as_of])
    landed, _ = landing.find(extracts)
    connection.execute(
        "set variable permissions_checksum = ?", [landing.permissions_checksum(landed)]
    )
    script = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
    before, scored, after = script.partition("-- BY LIKELIHOOD")
    connection.execute(before)
    score_pupils(connection)
    connection.execute(scored + after)
    for study, tables in CONTROLLED.items():
        for table in tables:
            publish(connection, study, table)


def score_pupils(connection: duckdb.DuckDBPyConnection) -> None:
    """Fill `scored` with which pupils the children of SEND Futures may be."""
    identity = ", ".join(COLUMNS)
    scored = score(
        connection.sql(
            f"select study, person::varchar as child_id, {identity} from sought "
            "where study = 'send_futures'"
        ).to_arrow_table(),
        connection.sql(
            f"select pupil_matching_ref as pupil_id, {identity} from "
            "(select * rename (forename as first_name, surname as last_name) from pupil) "
            "where fault is null"
        ).to_arrow_reader(),
    )
    connection.register("scored", scored)


def publish(connection: duckdb.DuckDBPyConnection, study: str, table: str) -> None:
    """Write one research table with the values of small and telling classes blanked."""
    quasi_identifiers, sensitive = CONTROLLED[study][table]
    quasi_identifiers = quasi_identifiers.split()
    sensitive = [group.split() for group in sensitive.split(",") if group]
    raw, known = f"{study}__{table}", ", ".join(quasi_identifiers)

    def told_by(column: str) -> list[str]:
        return [other for other in TOLD.get(column, "").split() if other in quasi_identifiers]

    connection.execute(
        f"create or replace temp table people as select distinct research_id, {known}, "
        + ", ".join(f"{column} as kept_{column}" for column in quasi_identifiers)
        + f" from {raw}"
    )
    for place, column in enumerate(quasi_identifiers):
        before = ", ".join(f"kept_{other}" for other in quasi_identifiers[:place])
        within = f"partition by {before}" if before else ""
        unknown = "".join(f" or kept_{other} is null" for other in told_by(column))
        connection.execute(
            f"""
            create or replace temp table people as
            with counted as (
                select *, count(distinct research_id) over (
                    partition by {before + "," if before else ""} kept_{column}
                ) as alike, kept_{column} is null or alike < $few{unknown} as is_rare
                from people
            ), pooled as (
                select *, count(distinct if(is_rare, research_id, null)) over w as pool,
                    min(if(is_rare, null, alike)) over w as rarest
                from counted window w as ({within})
            )
            select * exclude (is_rare, alike, pool, rarest) replace (if(
                not is_rare and (pool = 0 or pool >= $few or alike > rarest), kept_{column}, null
            ) as kept_{column})
            from pooled
        """,
            {"few": FEWEST_PEOPLE},
        )
    told = ", ".join(f"kept_{column} as {column}" for column in quasi_identifiers)
    same = " and ".join(
        f"raw.{column} is not distinct from classes.{column}" for column in quasi_identifiers
    )
    connection.execute(f"""
        create or replace temp table controlled as
        select raw.* replace ({told}) from {raw} as raw
        inner join (select distinct * exclude (research_id) from people) as classes on {same}
    """)
    order = "order by research_id" if study == "send_futures" else ""
    if not sensitive:
        connection.execute(f"create table research.{study}.{table} as from controlled {order}")
    else:
        values = ", ".join(
            f"least({', '.join(f'count(distinct {column})' for column in group)}) "
            f"as values_{group[0]}"
            for group in sensitive
        )
        kept = ", ".join(
            f"if(people >= $people and values_{group[0]} >= $few"
            + "".join(f" and raw.{other} is not null" for other in told_by(column))
            + f", raw.{column}, null) as {column}"
            for group in sensitive
            for column in group
        )
        connection.execute(
            f"""
            create table research.{study}.{table} as
            select raw.* replace ({kept}) from controlled as raw
            inner join (
                select {known}, count(distinct research_id) as people, {values}
                from controlled group by {known}
            ) as classes on {same}
            {order}
        """,
            {"few": FEWEST_VALUES, "people": FEWEST_PEOPLE},
        )
    connection.execute(
        "create table if not exists study.governance.values_blanked (study text, "
        "research_table text, column_name text, values_before bigint, values_published bigint, "
        "values_blanked bigint)"
    )
    for column in [*quasi_identifiers, *(column for group in sensitive for column in group)]:
        connection.execute(
            f"""
            insert into study.governance.values_blanked
            select $study, $table, $column, {rounded("before")}, {rounded("after")},
                {rounded("before - after")}
            from (select count({column}) as before from {raw})
            cross join (select count({column}) as after from research.{study}.{table})
        """,
            {"study": study, "table": table, "column": column},
        )


def rounded(count: str) -> str:
    """SQL for a count as the public may see it, as the script's macro of this name has it."""
    return f"case when {count} >= 10 then ({count} + 5) // 10 * 10 end"


if __name__ == "__main__":
    main()
