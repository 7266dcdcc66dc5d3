"""The boundary between landed tables and research tables, read from the manifest."""

from __future__ import annotations

import json
from pathlib import Path

from studylink import contract
from studylink.lineage.gates import Gate
from studylink.manifest import Manifest, Node

RUN_AT_THE_END = {"{{ explain_red_tests(results) }}", "{{ publish(results) }}"}
"""The hooks there are; neither writes."""
PUBLISHED_TYPES = {"varchar", "integer", "bigint", "double", "boolean", "date"}
"""Nothing nested, no enum: a value is in a column, where it can be searched."""
PSEUDONYMS = {
    *(
        (study, table, "family_research_id")
        for study, table in (
            ("five_to_twelve", "participants"),
            ("five_to_twelve", "parent_interviews"),
            ("send_futures", "participants"),
            ("send_futures", "parent_survey"),
            ("send_futures", "child_survey"),
        )
    ),
    ("send_futures", "parent_survey", "linked_child_research_id"),
    ("send_futures", "child_survey", "linked_child_research_id"),
    ("five_to_twelve", "pupil_census", "school_id"),
    ("send_futures", "pupil_census", "school_id"),
    ("five_to_twelve", "adult_learning", "learning_provider_id"),
    ("five_to_twelve", "hospital_episodes", "trust_id"),
    ("five_to_twelve", "gp_events", "practice_id"),
    ("five_to_twelve", "prescriptions", "practice_id"),
    ("five_to_twelve", "employments", "employer_id"),
    ("five_to_twelve", "areas", "area_id"),
    ("five_to_twelve", "areas", "wider_area_id"),
    ("five_to_twelve", "parent_interviews", "child_research_id"),
    ("five_to_twelve", "child_years", "school_id"),
    ("send_futures", "child_years", "school_id"),
}
"""Every pseudonym that is published, but for `research_id`, which is whose row it is."""


def staged(manifest: Manifest, *kinds: str) -> tuple[str, ...]:
    """The staging models of the landed tables of some kinds, as their sources declare them."""
    sources = {
        node.id for node in manifest.of_kind("source") if node.config["meta"].get("kind") in kinds
    }
    return tuple(
        node.name for node in manifest.in_layer("staging") if sources.intersection(node.parents)
    )


def gates(manifest: Manifest) -> list[tuple[Gate, list[Node]]]:
    """Each gate, and the tables to which nothing may come without having passed it."""
    person = (frozenset(("study",)), frozenset(("participant_id",)))
    record = (frozenset(("delivery_id",)), frozenset(("participant_id", "pupil_matching_ref")))
    area = (frozenset(("lsoa_code",)),)
    research = manifest.research_tables()
    return [
        (
            Gate(
                "int_publishable_records",
                staged(manifest, contract.AGENCY_RECORDS, contract.PUPIL_RECORDS),
                record,
                ("place_pseudonyms",),
            ),
            research,
        ),
        (Gate("int_publishable_answers", staged(manifest, contract.ANSWERS), person), research),
        (
            Gate(
                "participant_areas",
                ("stg_ons__areas", "stg_ons__postcodes"),
                area,
                ("place_pseudonyms",),
            ),
            research,
        ),
        (
            Gate("int_linkages_decided", ("identities",), person),
            [manifest.named("participant_areas")],
        ),
    ]


def hooks(data: Path) -> list[str]:
    """What a compiled project runs beside its models, where no proof of them sees it."""
    content = json.loads((data / "target" / "manifest.json").read_text(encoding="utf-8"))
    return [
        node["name"]
        for node in content["nodes"].values()
        if (node["resource_type"] == "operation" and node["raw_code"] not in RUN_AT_THE_END)
        or any(node["config"].get(name) for name in ("pre-hook", "post-hook", "sql_header"))
    ]


def not_of_published_types(manifest: Manifest) -> list[str]:
    """Columns of research tables whose declared type may not be published."""
    return [
        f"{table.name}.{column}"
        for table in manifest.research_tables()
        for column, kind in table.types.items()
        if kind not in PUBLISHED_TYPES
    ]


def pseudonyms_declared(manifest: Manifest) -> set[tuple[str, str, str]]:
    """Columns of research tables that are declared pseudonyms, by class or shape."""
    return {
        (table.schema, table.alias, column)
        for table in manifest.research_tables()
        for column, meta in table.columns.items()
        if "pseudonym" in (meta.get("class"), meta.get("shape")) and column != "research_id"
    }
