"""What the project declares of itself: classes, contracts and lists are complete.

Read from dbt's own manifest, which parsing makes: no database is opened.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable

import pytest
import yaml

from studylink import contract
from tests.python.lib import project
from tests.python.lib.cases import AS_OF

CLASSES_OF_SOURCES = {"direct", "quasi", "sensitive", "free_text", "key", "plain"}
CLASSES_OF_MARTS = {"pseudonym", "key", "quasi", "sensitive", "plain"}


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> dict:
    data = tmp_path_factory.mktemp("manifest")
    done = project.dbt("parse", project.ROOT / "extracts" / "sample", data, AS_OF)
    assert done.returncode == 0, done.stdout[-3000:]
    return json.loads((data / "target" / "manifest.json").read_text())


def models(manifest: dict, folder: str) -> list[dict]:
    return [
        node
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and node["path"].startswith(folder)
    ]


def unclassified(nodes: Iterable[dict], classes: set[str]) -> list[str]:
    return [
        f"{node['name']}.{name}"
        for node in nodes
        for name, column in node["columns"].items()
        if column["config"]["meta"].get("class") not in classes
    ]


def test_every_landed_column_is_classified_and_described_in_its_source_alone(
    manifest: dict,
) -> None:
    """What is staged under which class is proved of the staging models' SQL, by its lineage."""
    sources, staging = manifest["sources"].values(), models(manifest, "staging")
    assert unclassified(sources, CLASSES_OF_SOURCES) == []
    assert [
        f"{node['name']}.{name}"
        for node in sources
        for name, column in node["columns"].items()
        if not column["description"]
    ] == []
    assert len(staging) == len(sources)
    assert [node["name"] for node in staging if node["columns"]] == []


def test_every_landed_table_is_of_a_kind_and_says_what_its_kind_needs(manifest: dict) -> None:
    landed = contract.landed_tables()
    assert len(landed) == sum("landed_as" in one["meta"] for one in manifest["sources"].values())
    assert {table.name: table.kind for table in landed if table.kind not in contract.KINDS} == {}
    (permissions,) = (table for table in landed if table.name == "permissions")
    (domains,) = (one.listed for one in permissions.declared if one.name == "domain")
    for table in landed:
        named = {column.staged for column in table.declared}
        is_record = table.kind in (contract.AGENCY_RECORDS, contract.PUPIL_RECORDS)
        assert (table.domain in domains) == is_record, table.name
        assert ("delivery_id" in named and table.schema != "governance") == is_record, table.name
        assert table.dated is None or table.dated in named, table.name
        if table.kind == contract.ANSWERS:
            assert table.dated, table.name
            assert table.key == ("study", "participant_id", "wave"), table.name
        if table.kind == contract.AGENCY_RECORDS:
            assert "participant_id" in named, table.name
        if table.kind == contract.PUPIL_RECORDS:
            assert "pupil_matching_ref" in named, table.name


def test_every_mart_column_has_a_contract_a_class_and_a_description(manifest: dict) -> None:
    marts = models(manifest, "marts")
    assert unclassified(marts, CLASSES_OF_MARTS) == []
    assert [node["name"] for node in marts if not node["contract"]["enforced"]] == []
    assert [
        f"{node['name']}.{name}"
        for node in marts
        for name, column in node["columns"].items()
        if not column["description"]
    ] == []


def test_the_version_that_researchers_cite_is_that_of_the_package() -> None:
    dbt_project = yaml.safe_load((project.ROOT / "dbt_project.yml").read_text(encoding="utf-8"))
    package = tomllib.loads((project.ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert dbt_project["version"] == package["project"]["version"]


def research_columns(manifest: dict) -> list[tuple[dict, str, dict]]:
    """Every column of a table of people: the table, its name and what is declared of it."""
    return [
        (node, name, column)
        for node in models(manifest, "marts")
        if node["database"] == "research" and "research_id" in node["columns"]
        for name, column in node["columns"].items()
    ]


def test_every_research_column_has_a_label_that_statistical_software_takes(manifest: dict) -> None:
    """The first sentence of its description, of at most 80 characters, Stata's limit; names: 32."""
    labels = {
        f"{node['schema']}.{node['alias']}.{name}": column["description"].split(". ")[0]
        for node in models(manifest, "marts")
        if node["database"] == "research"
        for name, column in node["columns"].items()
    }
    assert len(labels) > 200
    assert [name for name in labels if len(name.split(".")[2]) > 32] == []
    assert {name: label for name, label in labels.items() if not 3 < len(label) <= 80} == {}


def test_every_research_number_has_a_unit(manifest: dict) -> None:
    """But for codes, which have labels."""
    assert [
        f"{node['name']}.{name}"
        for node, name, column in research_columns(manifest)
        if column["data_type"] in ("integer", "bigint", "double")
        and not column["config"]["meta"].get("unit")
        and not column["config"]["meta"].get("closed_list", "").startswith("codes of ")
    ] == []


def test_every_research_column_names_what_was_landed_or_says_how_it_is_derived(
    manifest: dict,
) -> None:
    """Derived are ids, flags of linkage, what ends in `_dv`, and the years of `child_years`."""
    landed = {
        f"{source['source_name']}.{source['name']}.{column}"
        for source in manifest["sources"].values()
        for column in source["columns"]
    }
    wanting = []
    for node, name, column in research_columns(manifest):
        meta = column["config"]["meta"]
        derived = (
            meta["class"] == "pseudonym"
            or name.endswith(("_linked", "_dv"))
            or (node["alias"], name) == ("child_years", "academic_year")
        )
        if not (meta["source"] in landed if "source" in meta else derived):
            wanting.append(f"{node['name']}.{name}")
    assert wanting == []


def test_no_key_of_the_study_is_in_a_research_table(manifest: dict) -> None:
    research = [node for node in models(manifest, "marts") if node["database"] == "research"]
    assert [
        f"{node['name']}.{name}"
        for node in research
        for name, column in node["columns"].items()
        if column["config"]["meta"]["class"] == "key"
    ] == []
    without_ids = {
        node["alias"]
        for node in research
        if "research_id" not in node["columns"] and node["schema"] != "about"
    }
    assert without_ids == {"linkage_quality"}


def test_each_analysis_has_an_exposure_of_its_question_and_its_models(manifest: dict) -> None:
    analyses = {
        node["name"]: (
            node["raw_code"].removeprefix("-- ").replace("\n-- ", " ").split("?")[0] + "?",
            set(node["depends_on"]["nodes"]),
        )
        for node in manifest["nodes"].values()
        if node["resource_type"] == "analysis"
    }
    assert {
        exposure["name"]: (exposure["label"], set(exposure["depends_on"]["nodes"]))
        for exposure in manifest["exposures"].values()
        if exposure["original_file_path"].startswith("analyses")
    } == analyses


def test_what_the_overview_leads_to_is_there(manifest: dict) -> None:
    overview = manifest["docs"]["doc.studylink.__overview__"]["block_contents"]
    linked = re.findall(r"\(#!/[a-z]+/([^)]+)\)", overview)
    assert linked
    assert set(linked) <= set(manifest["nodes"])
    selected = re.findall(r"`[0-9]\+([a-z0-9_]+)`", overview)
    assert selected
    assert set(selected) <= {node["name"] for node in manifest["nodes"].values()}


def test_every_model_and_seed_is_described(manifest: dict) -> None:
    assert [
        node["name"]
        for node in manifest["nodes"].values()
        if node["resource_type"] in ("model", "seed") and not node["description"]
    ] == []


def test_unit_tests_at_a_moment_use_the_one_that_mutants_are_judged_at(
    manifest: dict,
) -> None:
    moments = {
        test["name"]: test["overrides"]["vars"]["as_of"]
        for test in manifest["unit_tests"].values()
        if test["overrides"] and "as_of" in test["overrides"]["vars"]
    }
    assert len(moments) > 5
    assert {name: moment for name, moment in moments.items() if moment != AS_OF} == {}


@pytest.mark.parametrize(
    ("statements", "given"),
    [
        ("participants", "stg_surveys__participants"),
        ("permissions", "int_permissions_checked"),
        ("requests", "int_requests_checked"),
    ],
)
def test_every_fault_of_a_statement_is_seen_to_make_its_family_unreadable(
    manifest: dict, statements: str, given: str
) -> None:
    declared = manifest["sources"][f"source.studylink.surveys.{statements}"]["columns"].values()
    faults = {"conflicting_key"}
    for column in declared:
        meta = column["config"]["meta"]
        if meta.get("required") or meta.get("required_if"):
            faults.add(f"empty: {column['name']}")
        if column["data_type"] != "text":
            faults.add(f"unreadable: {column['name']}")
        if meta.get("listed") or meta.get("listed_in"):
            faults.add(f"unlisted: {column['name']}")
    assert len(faults) > 10

    tested = manifest["unit_tests"][
        "unit_test.studylink.int_families_unreadable.any_fault_of_a_row"
    ]
    rows = next(one["rows"] for one in tested["given"] if one["input"] == f"ref('{given}')")
    assert faults - {row["row_fault"] for row in rows} == set()
