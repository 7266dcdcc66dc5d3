"""A new study is rows in two seeds and a landing folder: no model, macro or test is touched."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

from tests.python.lib import oracle, project
from tests.python.lib.cases import CASES
from tests.python.lib.oracle import COLUMNS, Row
from tests.python.lib.worlds import at_noon, world_of_case, write_landing

NEW = "next_steps"
FOLDER = "Next Steps, wave 1"
"""The folder's name is for people; the `study` column decides."""

AS_OF = "2024-06-01"
STUDY: Row = {
    "study": NEW,
    "title": "Next Steps",
    "own_decision_age": "18",
    "deletion_window_months": "3",
    "main_survey_started_on": "",
}
POLICIES: list[Row] = [
    {
        "study": NEW,
        "domain": domain,
        "records_of_role": role,
        "answers_of": "young_person",
        "mode": mode,
        "source": "Next Steps leaflet",
    }
    for domain, role, mode in [
        ("education", "child", "permission"),
        ("health", "child", "permission"),
        ("health", "adult", "permission"),
        ("area", "child", "standard"),
    ]
]


# --------------------------------------------------------------------------------------------------
# What the new study lands
# --------------------------------------------------------------------------------------------------


def participant(family: str, role: str, date_of_birth: str) -> Row:
    return {
        "study": NEW,
        "participant_id": f"{family}-{role}",
        "family_id": family,
        "role": role,
        "parental_responsibility": "" if role == "child" else "true",
        "first_name": role,
        "last_name": family,
        "date_of_birth": date_of_birth,
    }


# A child's birthday shows the family: on the day before `AS_OF` the eldest is 18.
FAMILIES = {
    "grown": "2006-05-31",
    "asked": "2006-03-01",
    "seventeen": "2007-02-01",
    "objecting": "2010-02-01",
    "deleting": "2010-02-01",
    "restricting": "2010-02-01",
}
PARTICIPANTS = [
    participant(family, role, born if role == "child" else "1980-01-01")
    for family, born in FAMILIES.items()
    for role in ("mother", "child")
]


def permission(number: int, by: str, of: str, domain: str, answer: str, on: str) -> Row:
    return {
        "study": NEW,
        "permission_id": f"P{number}",
        "given_by": by,
        "records_of": of,
        "domain": domain,
        "answers_of": "young_person",
        "answer": answer,
        "answered_at": at_noon(on),
    }


PERMISSIONS = [
    permission(number, *said)
    for number, said in enumerate(
        [
            *(
                (f"{family}-mother", f"{family}-{of}", domain, "yes", "2023-03-01")
                for family in FAMILIES
                for of, domain in (
                    ("child", "education"),
                    ("child", "health"),
                    ("mother", "health"),
                )
            ),
            # A yes of their own counts from the 18th birthday on, and not before.
            ("asked-child", "asked-child", "education", "yes", "2024-03-01"),
            ("asked-child", "asked-child", "health", "yes", "2024-02-29"),
            ("objecting-child", "objecting-child", "health", "no", "2023-04-01"),
        ]
    )
]


def request(number: int, by: str, about: str, request_type: str, domain: str, on: str) -> Row:
    return {
        "study": NEW,
        "request_id": f"R{number}",
        "made_by": by,
        "about": about,
        "scope": "person",
        "domain": domain,
        "request_type": request_type,
        "received_at": at_noon(on),
    }


REQUESTS = [
    # Nobody has taken part, so that no window has closed.
    request(1, "deleting-mother", "deleting-child", "delete_linked", "health", "2024-05-01"),
    request(2, "deleting-mother", "deleting-mother", "stop_linkage", "all", "2024-05-01"),
    # Of what no policy covers, there is nothing to delete.
    request(3, "deleting-mother", "deleting-child", "delete_linked", "benefits", "2024-05-01"),
    request(4, "restricting-mother", "restricting-child", "restrict", "all", "2024-05-01"),
    # Who decides for themself cannot be spoken for; at 17 nobody does yet.
    request(5, "asked-mother", "asked-child", "restrict", "all", "2024-05-01"),
    request(6, "seventeen-mother", "seventeen-child", "access", "all", "2024-05-01"),
]

DELIVERY = {
    "delivery_id": "new-1",
    "supplier": "nhs_england",
    "study": NEW,
    "domain": "health",
    "request_sent_at": "2023-04-01T09:00:00Z",
    "received_at": "2023-05-01T09:00:00Z",
    "identifiers_deleted_at": "2023-05-02T09:00:00Z",
}
RECORD = {
    "delivery_id": "new-1",
    "participant_id": "grown-mother",
    "event_date": "2023-03-01",
}


def write_rows(file: Path, columns: Sequence[str], rows: Sequence[Row], mode: str = "w") -> None:
    with file.open(mode, encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, columns, restval="", lineterminator="\n")
        if mode == "w":
            writer.writeheader()
        writer.writerows(rows)


# --------------------------------------------------------------------------------------------------
# One build, with the two known studies beside
# --------------------------------------------------------------------------------------------------


@dataclass
class Built:
    data: Path
    landed_of_known: dict[str, list[Row]]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    folder = tmp_path_factory.mktemp("new_study")
    extracts, copy, data = folder / "extracts", folder / "project", folder / "data"

    known = write_landing([world_of_case(case) for case in CASES], extracts)
    lands = extracts / "surveys" / FOLDER
    lands.mkdir()
    for table, rows in (
        ("participants", PARTICIPANTS),
        ("permissions", PERMISSIONS),
        ("requests", REQUESTS),
    ):
        write_rows(lands / f"{table}.csv", COLUMNS[table], rows)
    # Its answers are not staged yet: whatever this is, it is not read.
    (lands / "diaries.csv").write_bytes(b'study,diary\nnext_steps,"caf\xe9 \n')
    for path, row in (("governance/deliveries", DELIVERY), ("nhs_england/gp_events", RECORD)):
        write_rows(extracts / f"{path}.csv", COLUMNS[path.split("/")[1]], [row], mode="a")

    project.copied(copy)
    for seed, rows in (("studies", [STUDY]), ("linkage_policies", POLICIES)):
        write_rows(copy / "seeds" / f"{seed}.csv", list(rows[0]), rows, mode="a")

    project.built(extracts, data, at_noon(AS_OF), root=copy)
    return Built(data, known)


def decisions(built: Built, where: str) -> dict[tuple, tuple]:
    rows = project.study_rows(
        built.data,
        f"""
        select study, participant_id, domain, answers_of, is_permitted, reason, decided_at
        from governance.linkage_decisions
        where {where}
        """,
    )
    assert len({row[:4] for row in rows}) == len(rows)
    return {row[:4]: row[4:] for row in rows}


def test_its_linkages_are_those_of_its_policies(built: Built) -> None:
    found = decisions(built, f"study = '{NEW}'")
    assert set(found) == {
        (NEW, f"{family}-{role}", domain, "young_person")
        for family in FAMILIES
        for role, domain in (
            ("child", "education"),
            ("child", "health"),
            ("child", "area"),
            ("mother", "health"),
        )
    }


@pytest.mark.parametrize(
    ("family", "of", "domain", "reason", "decided_at"),
    [
        # At 18, and not at 16, the parent's yes lapses; a standard linkage needs no yes.
        ("grown", "child", "education", "lapsed", "2024-05-31T00:00:00"),
        ("grown", "child", "health", "lapsed", "2024-05-31T00:00:00"),
        ("grown", "child", "area", "permitted", None),
        ("grown", "mother", "health", "permitted", "2023-03-01T12:00:00"),
        ("seventeen", "child", "education", "permitted", "2023-03-01T12:00:00"),
        ("seventeen", "child", "health", "permitted", "2023-03-01T12:00:00"),
        ("asked", "child", "education", "permitted", "2024-03-01T12:00:00"),
        ("asked", "child", "health", "lapsed", "2024-03-01T00:00:00"),
        ("objecting", "child", "health", "refused", "2023-04-01T12:00:00"),
        ("objecting", "child", "education", "permitted", "2023-03-01T12:00:00"),
        ("deleting", "child", "health", "deletion_requested", "2024-05-01T12:00:00"),
        ("deleting", "child", "education", "permitted", "2023-03-01T12:00:00"),
        ("deleting", "mother", "health", "stopped", "2024-05-01T12:00:00"),
        ("restricting", "child", "education", "restricted", "2024-05-01T12:00:00"),
        ("restricting", "mother", "health", "permitted", "2023-03-01T12:00:00"),
    ],
)
def test_its_decisions_follow_the_same_rules_at_its_own_age(
    built: Built, family: str, of: str, domain: str, reason: str, decided_at: str | None
) -> None:
    found = decisions(built, f"study = '{NEW}'")[NEW, f"{family}-{of}", domain, "young_person"]
    instant = None if decided_at is None else datetime.fromisoformat(decided_at)
    assert found == (reason == "permitted", reason, instant)


def test_its_requests_are_answered_and_its_window_is_open(built: Built) -> None:
    outcomes = project.study_rows(
        built.data,
        f"""
        select request_id, outcome
        from governance.request_outcomes
        where study = '{NEW}'
        order by request_id
        """,
    )
    assert outcomes == [
        ("R1", "honoured"),
        ("R2", "honoured"),
        ("R3", "void"),
        ("R4", "honoured"),
        ("R5", "void"),
        ("R6", "open"),
    ]


def test_its_lapsed_young_people_are_due_to_be_asked(built: Built) -> None:
    due = project.study_rows(
        built.data,
        f"select domain, participants from governance.due_to_be_asked where study = '{NEW}'",
    )
    # The one of whom nobody has heard since; and not the one who answered, if only of education.
    assert dict(due).get("education") == 1


def test_its_people_have_pseudonyms_and_are_in_no_research_table(built: Built) -> None:
    research_ids = project.vault_rows(
        built.data, f"select research_id from vault.main.pseudonyms where study = '{NEW}'"
    )
    assert len({research_id for (research_id,) in research_ids}) == len(PARTICIPANTS)
    for (schema, table), columns in project.research_columns(built.data).items():
        if table == "linkage_quality" or schema == "about":
            assert "research_id" not in columns
            continue
        published = project.research_rows(
            built.data, f"select distinct research_id from {schema}.{table}"
        )
        assert not set(published) & set(research_ids), f"{schema}.{table}"


def test_its_rows_are_all_accounted_for_and_none_counts_as_published(built: Built) -> None:
    fates: dict[str, dict[str, int]] = {}
    for path, fate, records in project.study_rows(
        built.data, "select source_table, fate, records from governance.record_reconciliation"
    ):
        fates.setdefault(path, {})[fate] = records
    assert fates[f"surveys/{FOLDER}/participants"] == {
        "not_published": len(PARTICIPANTS) - 1,
        "withdrawn": 1,
    }
    assert fates[f"surveys/{FOLDER}/permissions"] == {"read": len(PERMISSIONS)}
    assert fates[f"surveys/{FOLDER}/requests"] == {"read": len(REQUESTS)}
    assert not any("diaries" in path for path in fates)
    # Its one record is not in any research table.
    assert "published" not in fates["nhs_england/gp_events"]


def test_the_decisions_of_the_known_studies_are_what_they_were(built: Built) -> None:
    expected = oracle.judge(built.landed_of_known, oracle.as_instant(at_noon(AS_OF))).decisions
    assert {study for study, *_ in expected} == {study["study"] for study in oracle.STUDIES}
    assert decisions(built, f"study != '{NEW}'") == expected
