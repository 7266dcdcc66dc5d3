"""What came back from an agency, compared with what was asked for: one small world, built once.

Six people said yes to health. The agency was asked about five of them and one who was erased since,
and sent all of them, while some withdrew on the way.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from tests.python.lib.oracle import Requested
from tests.python.lib.project import all_models, study_rows, vault_rows
from tests.python.lib.request_logs import write_request_log
from tests.python.lib.worlds import FIVE, World, prefix_of, write_landing

AS_OF = "2024-12-01T12:00:00Z"
SENT, ON_THE_WAY, RECEIVED = "2024-01-10T12:00:00Z", "2024-01-20T12:00:00Z", "2024-02-10T12:00:00Z"
ASKED_ABOUT = ("asked", "stopped", "resumed", "restricted", "objected", "erased")
PERMITTED = (*ASKED_ABOUT, "unasked")


def a_world() -> World:
    world = World()
    for name in (*PERMITTED, "refused"):
        world.add_participant(FIVE, name, role="mother", family_id=f"family of {name}")
        said = {"given_by": name, "records_of": name, "domain": "health", "answers_of": "family"}
        first = "no" if name == "refused" else "yes"
        world.add_permission(FIVE, **said, answer=first, answered_at="2023-11-01T12:00:00Z")
    # a yes that comes when the records are there brings none of them back
    world.add_permission(
        FIVE,
        given_by="resumed",
        records_of="resumed",
        domain="health",
        answers_of="family",
        answer="yes",
        answered_at="2024-03-01T12:00:00Z",
    )
    for name, request_type in (
        ("stopped", "stop_linkage"),
        ("resumed", "stop_linkage"),
        ("restricted", "restrict"),
        ("objected", "object"),
        ("erased", "erase"),
    ):
        world.add_request(
            FIVE,
            made_by=name,
            about=name,
            scope="person",
            domain="all",
            request_type=request_type,
            received_at=ON_THE_WAY,
        )
    add_delivery(world, "answers", SENT, RECEIVED, RECEIVED, [*PERMITTED, "stopped", "unknown"])
    add_delivery(world, "before", "2024-01-10T11:59:59Z", RECEIVED, RECEIVED, ["asked", "refused"])
    add_delivery(world, "waiting", SENT, "2024-11-21T23:00:00Z", None, ["asked"])
    add_delivery(world, "empty", SENT, AS_OF, "2024-12-01T12:00:01Z", [])
    add_delivery(world, "of nobody", SENT, RECEIVED, RECEIVED, ["unknown", "unknown"])
    return world


def add_delivery(
    world: World, name: str, sent: str, received: str, certified: str | None, people: list[str]
) -> None:
    """A delivery of NHS England with a hospital episode of each of some people."""
    world.add(
        "governance/deliveries",
        delivery_id=name,
        supplier="nhs_england",
        study=FIVE,
        domain="health",
        request_sent_at=sent,
        received_at=received,
        identifiers_deleted_at=certified,
    )
    for person in people:
        world.add("nhs_england/hospital_episodes", delivery_id=name, participant_id=person)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("deliveries")
    write_landing([a_world()], folder / "extracts")
    asked = frozenset(f"{prefix_of(0)}-{person}" for person in ASKED_ABOUT)
    request = Requested(
        "R1", "nhs_england", FIVE, "health", datetime.fromisoformat(SENT[:-1]), asked
    )
    write_request_log([request], folder / "data")
    return all_models(folder / "extracts", folder / "data", AS_OF)


def shown(data: Path, columns: str) -> dict[str, list]:
    """Some columns of `delivery_checks`, by delivery."""
    found = study_rows(data, f"select delivery_id, {columns} from governance.delivery_checks")
    return {delivery.removeprefix(f"{prefix_of(0)}-"): values for delivery, *values in found}


def test_a_delivery_is_compared_with_the_newest_request_up_to_its_own_moment(data: Path) -> None:
    assert shown(data, "request_id, request_known_from") == {
        "answers": ["R1", "request_log"],
        "waiting": ["R1", "request_log"],
        "empty": ["R1", "request_log"],
        "of nobody": ["R1", "request_log"],
        "before": [None, "rule"],
    }


def test_a_delivery_with_anybody_who_was_not_asked_for_is_flagged(data: Path) -> None:
    """The erased and the unknown are in no count of people; the restricted are."""
    assert shown(data, "people, people_in_request, people_not_requested, is_flagged") == {
        "answers": [6, 5, 1, True],
        "waiting": [1, 1, 0, False],
        "empty": [0, 0, 0, False],
        "before": [2, 1, 1, True],
        "of nobody": [0, 0, 0, True],
    }


def test_a_delivery_with_records_of_people_unknown_is_flagged_for_them_alone(data: Path) -> None:
    assert shown(data, "records_of_unknown_people, is_flagged") == {
        "answers": [1, True],
        "waiting": [0, False],
        "empty": [0, False],
        "before": [0, True],
        "of nobody": [2, True],
    }


def test_who_withdrew_while_it_was_on_its_way_is_counted(data: Path) -> None:
    """Those who stopped, whatever they said since, and those who objected; no restrictions."""
    assert shown(data, "people_permitted_at_receipt, people_withdrawn_meanwhile") == {
        "answers": [3, 3],
        "waiting": [1, 0],
        "empty": [0, 0],
        "of nobody": [0, 0],
        "before": [1, 0],
    }


def test_a_missing_certificate_is_reported_with_its_age(data: Path) -> None:
    """One of a moment after the build's has not come yet."""
    assert shown(data, "is_certificate_missing, certificate_days_missing") == {
        "answers": [False, None],
        "waiting": [True, 10],
        "empty": [True, 0],
        "of nobody": [False, None],
        "before": [False, None],
    }


def test_what_is_to_be_destroyed_is_listed_and_only_the_vault_says_whose_it_is(data: Path) -> None:
    prefix = prefix_of(0)
    assert study_rows(data, "from governance.to_destroy") == [
        (f"{prefix}-answers", "nhs_england", FIVE, "health", 3, 4)
    ]
    assert set(vault_rows(data, "from vault.main.to_destroy")) == {
        (f"{prefix}-answers", FIVE, f"{prefix}-{name}")
        for name in ("stopped", "resumed", "objected")
    }


def test_only_the_vault_shows_who_withdrew_from_which_delivery(data: Path) -> None:
    """The database of the study is not encrypted: no row in it has such a person and delivery."""
    named = vault_rows(data, "select delivery_id, participant_id from vault.main.to_destroy")
    assert named
    tables = study_rows(
        data,
        "select schema_name, table_name from duckdb_tables() "
        "where database_name = current_catalog()",
    )
    assert ("governance", "delivery_checks") in tables
    for schema, table in tables:
        rows = study_rows(data, f"select columns(*)::varchar from {schema}.{table}")
        shown = [row for row in rows for pair in named if {*pair} <= {*row}]
        assert not shown, f"{schema}.{table}"


def test_a_request_that_has_the_token_of_somebody_erased_is_to_be_purged(data: Path) -> None:
    assert dict(study_rows(data, "select source_table, rows from governance.to_purge")) == {
        "surveys/five_to_twelve/participants": 1,
        "surveys/five_to_twelve/permissions": 1,
        "surveys/five_to_twelve/requests": 1,
        "nhs_england/hospital_episodes": 1,
        "requests/R1": 1,
    }


def test_permission_alone_decides_what_is_used_and_every_other_record_has_its_fate(
    data: Path,
) -> None:
    """Who was not asked for and permitted it is published; so is who came before the log."""
    assert dict(
        study_rows(
            data,
            "select fate, records from governance.record_reconciliation "
            "where source_table = 'nhs_england/hospital_episodes'",
        )
    ) == {
        "published": 3,
        "not_requested": 1,
        "withdrawn_in_transit": 4,
        "withdrawn": 1,
        "not_certified": 1,
        "erased": 1,
        "quarantined": 3,
    }
