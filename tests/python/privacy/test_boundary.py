"""Who may read what, and that nothing goes around the permission authority.

Read from the project as dbt compiled it and from what a full build said of its tests.
"""

from __future__ import annotations

import csv
import json
import re
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from studylink import contract, databases
from studylink.lineage import Lineage
from studylink.lineage.flows import Flow
from studylink.lineage.gates import ungated
from studylink.lineage.sanitisers import IDENTIFYING
from studylink.manifest import ABOUT, Manifest, Node
from tests.python.lib import project
from tests.python.privacy.boundary import (
    PSEUDONYMS,
    gates,
    hooks,
    not_of_published_types,
    pseudonyms_declared,
)

HANDED_ON = {
    *(
        "family_members.decides_from",
        "family_members.decides_from_as_landed",
        "family_members.month_of_birth",
    ),
    # yes or no, made in the working layers of the first and gone through the vault
    "delivery_people.is_requested",
    "delivery_people.is_permitted_at_receipt",
    "delivery_people.is_withdrawn_in_transit",
}
"""What of a birth date leaves the vault: what decisions and ages need."""
PRIVACY_TESTS = {
    "published_columns_are_of_types_that_are_searched",
    "pseudonyms_are_the_vaults_and_of_one_study",
    "nothing_of_the_vault_is_published",
    "closed_columns_hold_nothing_else",
    "no_column_passes_for_identifiers",
}
"""The data tests of privacy that read every research table."""
PRIVACY_TESTS_OF_PEOPLE = {
    "inactive_participants_are_in_no_research_table",
}
"""Those that read every one whose rows are about somebody."""
OTHER_PRIVACY_TESTS = {
    "areas_only_where_permitted",
    "erased_people_are_not_in_the_vault",
    "erased_people_are_nowhere",
    "no_column_finds_the_records_of_answers",
    "nobody_is_asked_about_without_permission",
    "published_rows_are_somebodys",
    "unlinked_answers_lead_to_no_record",
}
"""Those that read what they are about."""


IDS_OF_PEOPLE = {"participant_id", "given_by", "records_of", "made_by", "about"}
"""The landed columns that hold a participant's id."""
NO_LONGER_AN_ID = {"compared", "count", "row_number"}
"""The functions through which an id is no id any more."""


@pytest.fixture(scope="module")
def lineage(built_sample: Path) -> Lineage:
    return Lineage(Manifest(built_sample / "target"))


@pytest.fixture(scope="module")
def manifest(lineage: Lineage) -> Manifest:
    return lineage.manifest


@pytest.fixture(scope="module")
def statuses(built_sample: Path, rules_world: Path) -> dict[str, str]:
    """What two builds said of each node: the sample's, and one that runs unit tests too."""
    return {
        one["unique_id"]: one["status"]
        for target in (rules_world / "data" / "target", built_sample / "target")
        for one in json.loads((target / "run_results.json").read_text(encoding="utf-8"))["results"]
    }


def tells_more_than_a_date(lineage: Lineage, flow: Flow) -> bool:
    """Whether a flow of what identifies is more than what dates of decisions and ages need."""
    return not flow.is_clean and not flow.is_date and lineage.class_of(flow.source) in IDENTIFYING


def test_research_tables_are_made_only_of_intermediate_models_and_of_policy(
    manifest: Manifest,
) -> None:
    """What describes them may read them too: it is in the same file."""
    tables = manifest.research_tables()
    published = {table.id for table in tables}
    assert tables
    assert [
        f"{table.name} reads {parent}"
        for table in tables
        for parent in table.parents
        if manifest.nodes[parent].kind != "seed"
        and manifest.nodes[parent].layer != "intermediate"
        and not (table.schema == ABOUT and parent in published)
    ] == []


def test_research_tables_are_tables_and_nothing_is_run_beside_the_models(
    built_sample: Path, manifest: Manifest
) -> None:
    assert hooks(built_sample) == []
    assert {table.materialized for table in manifest.research_tables()} == {"table"}


def test_rows_of_research_tables_are_in_the_order_of_their_ids(
    built_sample: Path, manifest: Manifest
) -> None:
    """In the order landed, rows of answers and of records could be laid side by side."""
    with duckdb.connect(str(databases.path(built_sample, "research")), read_only=True) as research:
        assert [
            table.name
            for table in manifest.research_tables()
            if not stands_in_order(research, f"{table.schema}.{table.alias}", table.classes())
        ] == []


def stands_in_order(
    research: duckdb.DuckDBPyConnection, table: str, classes: dict[str, str | None]
) -> bool:
    """Whether rows are ordered by their pseudonyms first and then by all other columns."""
    order = ", ".join(sorted(classes, key=lambda column: classes[column] != "pseudonym"))
    places = research.sql(f"select rowid from {table} order by {order}, rowid").fetchall()
    return places == sorted(places)


def test_published_columns_are_text_numbers_truth_values_and_dates(manifest: Manifest) -> None:
    assert not_of_published_types(manifest) == []


def test_pseudonyms_are_those_of_a_written_list(manifest: Manifest) -> None:
    """And declared as such both by class and by shape, so that each proof knows them."""
    assert pseudonyms_declared(manifest) == PSEUDONYMS
    assert [
        f"{table.name}.{column}"
        for table in manifest.research_tables()
        for column, meta in table.columns.items()
        if (meta.get("class") == "pseudonym") != (meta.get("shape") == "pseudonym")
        or (column == "research_id" and meta.get("class") != "pseudonym")
    ] == []


def test_where_records_stand_apart_every_answer_says_whether_it_is_linked(
    manifest: Manifest,
) -> None:
    """By that column the data tests of keys know the studies whose answers lead to no record."""
    file = project.ROOT / "seeds" / "linkage_policies.csv"
    with file.open(encoding="utf-8", newline="") as policies:
        pairs = {(row["study"], row["answers_of"]) for row in csv.DictReader(policies)}
    studies = [study for study, _ in pairs]
    apart = {study for study in studies if studies.count(study) > 1}
    assert apart == {"send_futures"}
    assert {
        (table.schema, table.alias)
        for table in manifest.tables_of_people()
        if "linked_child_research_id" in table.columns
    } == {
        (table.schema, table.alias)
        for table in manifest.tables_of_people()
        if table.schema in apart
        and table.alias in {landed.name for landed in contract.of_kind(contract.ANSWERS)}
    }


def test_outside_the_vault_nothing_that_identifies_is_used(lineage: Lineage) -> None:
    used = []
    for model in lineage.manifest.in_layer("intermediate", "marts"):
        for source in lineage.uses(model.id):
            read = lineage.manifest.named(source.table, kind_of(lineage.manifest, source.table))
            flows = lineage.columns(read.id)[source.column]
            if read.layer == "staging" and lineage.class_of(source) in IDENTIFYING:
                used.append(f"{model.name} uses {source}")
            if any(tells_more_than_a_date(lineage, flow) for flow in flows):
                used.append(f"{model.name} uses {source}")
    assert used == []


def test_of_a_birth_date_the_vault_hands_on_what_decisions_need(lineage: Lineage) -> None:
    handed_on = set()
    for model in lineage.manifest.in_layer("intermediate", "marts"):
        for source in lineage.uses(model.id):
            read = lineage.manifest.named(source.table, kind_of(lineage.manifest, source.table))
            if read.layer == "vault" and any(
                lineage.class_of(flow.source) in IDENTIFYING and not flow.is_clean
                for flow in lineage.columns(read.id)[source.column]
            ):
                handed_on.add(str(source))
    assert handed_on == HANDED_ON


def test_no_table_outside_the_vault_holds_an_identifier(lineage: Lineage) -> None:
    """Governance among them: a birthday may be the day of a decision, and nothing else is."""
    assert [
        f"{model.name}.{column}"
        for model in lineage.manifest.in_layer("intermediate", "marts")
        for column, flows in lineage.columns(model.id).items()
        for flow in flows
        if tells_more_than_a_date(lineage, flow)
    ] == []


def test_wherever_an_id_is_stored_erased_people_are_looked_for(lineage: Lineage) -> None:
    stored = {
        f"{model.name}.{column}"
        for model in lineage.manifest.of_kind("model")
        if model.materialized == "table" and model.database != "research"
        for column, flows in lineage.columns(model.id).items()
        for flow, functions in flows.items()
        if flow.source.column in IDS_OF_PEOPLE
        and not (flow.is_clean or flow.is_choice or NO_LONGER_AN_ID & functions)
    }
    searched = {
        column
        for test in ("erased_people_are_nowhere", "erased_people_are_not_in_the_vault")
        for column in re.findall(
            r"'([\w.]+)' as stored_in", lineage.manifest.named(test, "test").sql
        )
    }
    assert searched == stored


@pytest.mark.parametrize("number", range(4))
def test_no_record_answer_or_area_goes_around_the_permission_authority(
    number: int, lineage: Lineage
) -> None:
    gate, readers = gates(lineage.manifest)[number]
    assert gate.records
    assert list(ungated(lineage, gate, readers)) == []


@pytest.mark.parametrize(
    ("written", "weakened"),
    [
        ("inner join publishable", "left join publishable"),
        ("inner join publishable", "what cannot be bound"),
        ("episodes_judged.delivery_id = publishable.delivery_id", "true"),
        ("episodes_judged.participant_id = publishable.participant_id", "true"),
        (
            "episodes_judged.participant_id = publishable.participant_id",
            "(episodes_judged.participant_id = publishable.participant_id or true)",
        ),
    ],
)
def test_a_weakened_gate_is_seen(written: str, weakened: str, lineage: Lineage) -> None:
    model = lineage.manifest.named("int_hospital_episodes_deidentified")
    gate, readers = gates(lineage.manifest)[0]
    assert written in model.sql
    changed = lineage.with_sql({model.id: model.sql.replace(written, weakened)})
    assert list(ungated(changed, gate, readers))


def test_who_reads_records_on_the_way_to_researchers_reads_the_gate_too(
    manifest: Manifest,
) -> None:
    """However little of them a model uses: that a record exists may give away as much.

    Before the gate the permission authority itself reads which deliveries hold whose records, and
    who took part when, in whose questionnaire.
    """
    authority = ("int_deliveries_usable", "int_participations", "int_answers_linked")
    for gate, readers in gates(manifest)[:2]:
        records = laid_together(manifest, gate.records)
        ways = on_the_way(manifest, readers, {gate.name, *gate.lists, *authority, *records})
        assert [
            model.name
            for model in ways
            if {manifest.nodes[one].name for one in model.parents}.intersection(records)
            and manifest.named(gate.name).id not in model.parents
        ] == []


def laid_together(manifest: Manifest, records: tuple[str, ...]) -> set[str]:
    """Tables of records, and the models that read nothing else: they are records all the same."""
    found = set(records)
    for node in manifest.in_order():
        if node.parents and {manifest.nodes[one].name for one in node.parents} <= found:
            found.add(node.name)
    return found


def on_the_way(manifest: Manifest, readers: list[Node], stops: set[str]) -> list[Node]:
    """The models upstream of some tables, not looking beyond the models in `stops`."""
    found: dict[str, Node] = {}
    queue = list(readers)
    while queue:
        node = queue.pop()
        if node.id not in found and node.kind == "model" and node.name not in stops:
            found[node.id] = node
            queue += [manifest.nodes[one] for one in node.parents]
    return list(found.values())


def kind_of(manifest: Manifest, name: str) -> str:
    """Whether a name is that of a model or of a seed."""
    return next(node.kind for node in manifest.of_kind("model", "seed") if node.name == name)


def test_every_privacy_test_reads_every_research_table(manifest: Manifest) -> None:
    research = {table.id for table in manifest.research_tables()}
    people = {table.id for table in manifest.tables_of_people()}
    for names, tables in (
        (PRIVACY_TESTS, research),
        (PRIVACY_TESTS_OF_PEOPLE, people),
    ):
        for name in names:
            assert tables
            assert tables <= set(manifest.named(name, "test").parents), name


def test_a_table_without_ids_holds_only_counts(manifest: Manifest) -> None:
    """Of a class that nobody is known by, so that classes of people need not be sought in it."""
    counts = manifest.tables_of_counts()
    assert {table.alias for table in counts} == {"linkage_quality"}
    assert {kind for table in counts for kind in table.classes().values()} == {"plain"}


def test_what_describes_the_tables_holds_what_is_declared_and_numbers(manifest: Manifest) -> None:
    """Every text of it is one of the project's own or a period; so nothing in it is anybody's."""
    about = [table for table in manifest.research_tables() if table.schema == ABOUT]
    assert {table.alias for table in about} == {"build", "columns", "coverage", "value_labels"}
    lists = {"declarations", "labels of every list", "codes of every list"}
    shapes = {"period", "moment", "version", "checksum", "citation"}
    assert [
        f"{table.alias}.{column}"
        for table in about
        for column, meta in table.columns.items()
        if meta["class"] != "plain"
        or (
            table.types[column] == "varchar"
            and meta.get("closed_list") not in lists
            and meta.get("shape") not in shapes
        )
    ] == []


def test_a_data_test_fails_at_its_first_row_and_keeps_none(manifest: Manifest) -> None:
    tests = list(manifest.of_kind("test"))
    assert tests
    assert [
        test.name
        for test in tests
        if test.config["severity"].lower() != "error"
        or test.config["store_failures"]
        or test.config["error_if"] != "!= 0"
        or test.config["fail_calc"] != "count(*)"
        or test.config["where"]
        or test.config["limit"]
    ] == []


NAMES_AND_COUNTS = {"VARCHAR", "BIGINT", "INTEGER", "HUGEINT"}


def shown_by(lineage: Lineage, test: Node, sql: str) -> dict[str, set[str]]:
    """What of identifying columns each text column of a data test's rows holds."""
    as_model = replace(test, kind="model", relation=f'"study"."t"."{test.name}"', sql=sql)
    traced = lineage.with_nodes(as_model)
    kinds = dict(traced.bound[test.id].columns)
    assert kinds.keys() and set(kinds.values()) <= NAMES_AND_COUNTS, test.name
    return {
        column: {
            str(flow.source)
            for flow in flows
            if not (flow.is_clean or flow.is_choice)
            and lineage.class_of(flow.source) in IDENTIFYING | {"unknown"}
        }
        for column, flows in traced.columns(test.id).items()
        if kinds[column] == "VARCHAR"
    }


def test_the_logged_rows_of_a_data_test_hold_only_names_and_counts(
    lineage: Lineage,
) -> None:
    logged = [
        test
        for test in lineage.manifest.of_kind("test")
        if test.config["meta"].get("rows") == "names and counts"
    ]
    assert {test.name for test in logged} >= PRIVACY_TESTS
    for test in logged:
        assert Path(test.path).parts[:2] == ("tests", "rules")
        assert not any(shown_by(lineage, test, test.sql).values()), test.name
    surnames = "select max(last_name) as research_column from vault.main.identities"
    test_of_identities = lineage.manifest.named("ids_of_the_vault_are_unique", "test")
    assert shown_by(lineage, test_of_identities, surnames) == {
        "research_column": {
            "stg_surveys__participants.last_name",
            "stg_surveys__requests.new_value",
        }
    }


def test_each_privacy_test_has_a_remedy_of_its_own(manifest: Manifest) -> None:
    remedies = [
        manifest.named(name, "test").config["meta"]["remedy"]
        for name in PRIVACY_TESTS | PRIVACY_TESTS_OF_PEOPLE | OTHER_PRIVACY_TESTS
    ]
    assert len(set(remedies)) == len(remedies)


def test_no_data_test_can_be_turned_off(built_sample: Path) -> None:
    """Neither by a var nor by a setting: none says when it is enabled, and none is disabled."""
    content = json.loads((built_sample / "target" / "manifest.json").read_text(encoding="utf-8"))
    assert content["disabled"] == {}
    assert [
        node["name"]
        for node in content["nodes"].values()
        if node["resource_type"] == "test"
        and ("enabled" in node["unrendered_config"] or "var(" in node["raw_code"])
    ] == []


def test_every_test_ran_in_a_full_build_and_passed(
    built_sample: Path, statuses: dict[str, str]
) -> None:
    content = json.loads((built_sample / "target" / "manifest.json").read_text(encoding="utf-8"))
    tests = [
        *(one for one, node in content["nodes"].items() if node["resource_type"] == "test"),
        *content["unit_tests"],
    ]
    assert {content["nodes"][one]["name"] for one in tests if one in content["nodes"]} >= (
        PRIVACY_TESTS | PRIVACY_TESTS_OF_PEOPLE | OTHER_PRIVACY_TESTS
    )
    assert {one: statuses.get(one) for one in tests if statuses.get(one) != "pass"} == {}
