"""A value is missing in a research table for a reason that its column declares, and for no other.

Landed rows are read again here, without the models that de-identify them: of each column, the
rows that should show a value are counted by the gate, the landed value and the declared reasons
alone, and compared with what is shown. A column whose reason needs a rule of its own has that rule
in `SHOWN_IF`.
"""

from __future__ import annotations

import csv
from pathlib import Path

import duckdb
import pytest

from studylink import databases
from studylink.manifest import Manifest, Node
from tests.python.lib.project import ROOT

EXTRACTS = ROOT / "extracts" / "sample"
AS_OF = "2026-06-30"
BIRTHS = """
    admission_method in ('2C', '31', '32', '82', '83')
    or left(primary_diagnosis, 3) between 'O60' and 'P96'
    or left(primary_diagnosis, 3) between 'Z37' and 'Z39'
    or left(main_procedure, 3) between 'R14' and 'R32'
"""
SESSIONS = "sessions_possible::bigint > 0"
SHOWN_IF = {
    "absence.percent_absent": f"{SESSIONS} and sessions_authorised != ''",
    "absence.percent_unauthorised": SESSIONS,
    "absence.is_persistently_absent_dv": f"{SESSIONS} and sessions_authorised != ''",
    "alternative_provision.weeks": "ended_on >= started_on",
    "benefit_spells.start_month": "benefit_type not in ('MA', 'PC', 'SP')",
    "benefit_spells.end_month": "benefit_type != 'MA'",
    "hospital_episodes.admission_month": f"not coalesce({BIRTHS}, false)",
    "hospital_episodes.nights_in_hospital": "discharge_date >= admission_date",
    "key_stage_2.is_expected_standard_dv": "mat_score != ''",
    "parent_interviews.equivalised_household_income_dv": "try_cast(household_size as integer) > 0",
    "register_events.event_month": "event_type = 'death'",
    "register_events.cause_of_death_group": "event_type = 'death'",
    "register_events.cause_of_death_group_label": "event_type = 'death'",
}
"""Of what is missing for a birth, or where it has no meaning: the landed rows that show it."""
ALWAYS_SHOWN = {"is_ended": "true", "is_left": "true"}
"""Of flags of whether something landed."""
IN_A_CHAPTER = "left({}, 3) in (select category from study.intermediate.int_icd10_categories)"
IN_A_BLOCK = IN_A_CHAPTER.replace("categories)", "categories where block is not null)")
CLASSIFIED = {
    "icd10_category": IN_A_CHAPTER,
    "icd10_block": IN_A_BLOCK,
    "icd10_chapter": IN_A_CHAPTER,
    "cause_of_death_group": IN_A_CHAPTER,
    "opcs4_category": "left({}, 1) in (select code from codes where code_list = 'opcs4_chapter')",
    "opcs4_chapter": "left({}, 1) in (select code from codes where code_list = 'opcs4_chapter')",
    "bnf_chapter": "left({}, 2) in (select code from codes where code_list = 'bnf_chapter')",
    "substance": "left({}, 2) in (select code from codes where code_list = 'bnf_chapter')",
    "child_sdq_band": "try_cast({} as integer) between 0 and 40",
    "year_span": "regexp_full_match({}, '[0-9]{{4}}[-/]([0-9]{{2}})?[0-9]{{2}}')",
}
"""Of codes that no list holds whole: which are shown."""
LISTED_IN = {"hospital_episodes.is_emergency_admission_dv": "admission_method"}
"""Of flags that are read off a code: the list of it."""


@pytest.fixture(scope="module")
def manifest(built_sample: Path) -> Manifest:
    return Manifest(built_sample / "target")


@pytest.fixture(scope="module")
def connection(built_sample: Path) -> duckdb.DuckDBPyConnection:
    with databases.connect(built_sample) as connection:
        connection.execute(
            "create temp table codes as from study.policy.code_lists; "
            "create temp table placeholders as from study.policy.placeholder_dates"
        )
        yield connection


def landed_rows(connection: duckdb.DuckDBPyConnection, table: str) -> str:
    """The landed rows of a table that may be published, as SQL."""
    supplier, name = table.split(".")
    if supplier == "surveys":
        paths = sorted(EXTRACTS.glob(f"surveys/*/{name}.csv"))
        join = "study, participant_id", "study.intermediate.int_publishable_answers"
    else:
        paths = [EXTRACTS / supplier / f"{name}.csv"]
        join = "delivery_id, participant_id", "study.intermediate.int_publishable_records"
    parts = []
    for path in paths:
        with path.open(encoding="utf-8", newline="") as file:
            columns = next(csv.reader(file))
        if "pupil_matching_ref" in columns:
            join = "delivery_id, pupil_matching_ref", join[1]
        part = f"landed_{len(parts)}"
        connection.execute(
            f"create or replace temp table {part} as select row_number() over () as row_number, * "
            f"from read_csv(?, all_varchar = true, parallel = false, hive_partitioning = false)",
            [str(path)],
        )
        parts.append(
            f"select * from {part} where row_number not in (select row_number "
            "from study.governance.quarantined_records where source_table = "
            f"'{path.relative_to(EXTRACTS).with_suffix('')}')"
        )
    return f"({' union all by name '.join(parts)}) as landed inner join {join[1]} using ({join[0]})"


def is_landed(column: str, is_date: bool) -> str:
    known = f"coalesce({column}, '') != ''"
    if is_date:
        known += f" and {column} not in (select placeholder_date::varchar from placeholders)"
    return known


def shown_if(table: Node, column: str, declared: dict[str, object]) -> str:
    """The condition on landed rows under which a column shows a value, as SQL."""
    source = str(declared["source"]).split(".")[-1]
    reasons = set(declared.get("missing", []))
    name = f"{table.alias}.{column}"
    conditions = [
        ALWAYS_SHOWN.get(column, is_landed(source, declared.get("recode") in ("month", "year")))
    ]
    if "unlisted" in reasons:
        listed = str(declared.get("closed_list", LISTED_IN.get(name))).removeprefix("codes of ")
        shape = CLASSIFIED.get(listed) or CLASSIFIED.get(
            str(declared.get("shape") or declared.get("recode"))
        )
        conditions.append(
            shape.format(source)
            if shape
            else f"{source} in (select code from codes where code_list = '{listed}')"
        )
    if "unlinked" in reasons:
        conditions.append("linked_child_research_id is not null")
    if name in SHOWN_IF:
        conditions.append(SHOWN_IF[name])
    else:
        assert "birth" not in reasons, f"{name} needs a rule in SHOWN_IF"
        is_end = declared.get("recode") in ("month", "year")
        assert "not_applicable" not in reasons or is_end, f"{name} needs a rule in SHOWN_IF"
    return " and ".join(f"({condition})" for condition in conditions)


def test_values_are_missing_only_for_a_declared_reason(
    connection: duckdb.DuckDBPyConnection, manifest: Manifest
) -> None:
    compared, otherwise = 0, []
    for table in manifest.tables_of_people():
        sources = {
            str(declared["source"]).rsplit(".", 1)[0]
            for declared in table.columns.values()
            if declared.get("source") and declared.get("class") != "pseudonym"
        } - {"dfe.schools"}
        if len(sources) != 1 or table.alias in ("participants", "areas"):
            continue
        (source,) = sources
        rows = landed_rows(connection, source)
        whose = f"study = '{table.schema}'"
        if source.startswith("surveys."):
            dated = {"interviewed_on", "completed_on"}
            columns = {row[0] for row in connection.sql(f"select * from {rows}").description}
            whose += f" and coalesce({min(dated & columns)}, '') <= '{AS_OF}'"
        for column, declared in table.columns.items():
            if not declared.get("source") or str(declared["source"]).startswith("dfe.schools"):
                continue
            if column in ("age_in_year", "age_band"):
                continue
            expected = connection.sql(
                f"select count(*) from {rows} where {whose} and {shown_if(table, column, declared)}"
            ).fetchone()
            shown = connection.sql(f"select count({column}) from {table.relation}").fetchone()
            compared += 1
            if expected != shown:
                otherwise.append((f"{table.schema}.{table.alias}.{column}", expected, shown))
    assert compared > 100
    assert otherwise == []


def test_everybody_whose_birth_is_known_has_an_age(
    connection: duckdb.DuckDBPyConnection, manifest: Manifest
) -> None:
    """A child in years, of all that happened after they were born; an adult once, in bands."""
    aged = 0
    for table in manifest.tables_of_people():
        years = [name for name, meta in table.columns.items() if meta.get("recode") == "year"]
        event = next(iter(years), "age_in_year")
        if "age_in_year" not in table.columns or {"wave", "academic_year"} & set(table.columns):
            continue
        of_people = event == "age_in_year"
        year = AS_OF[:4] if of_people else event
        rows, of_children, of_adults = connection.sql(
            f"""
            select
                count(case when {of_people} or not is_adult then 1 end),
                count(case when not is_adult then age_in_year end),
                count({"age_band" if of_people else "null"})
            from {table.relation} as shown
            inner join vault.main.pseudonyms
                on shown.research_id = pseudonyms.{"" if of_people else "record_"}research_id
            inner join study.intermediate.int_participants using (study, participant_id)
            where {year} >= year(month_of_birth)
            """
        ).fetchone()
        aged += rows
        assert of_children + of_adults == rows, table.name
    assert aged > 1000
