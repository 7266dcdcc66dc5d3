"""A new study is rows in two seeds and a landing folder: no model, macro or test is touched.

And a new table of answers is under every promise from its first build: a second new study has a
survey, declared, staged and published as docs/adding-a-study.md says.
"""

from __future__ import annotations

import csv
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

from studylink.lineage import Lineage
from studylink.lineage.gates import ungated
from studylink.manifest import Manifest
from tests.python.lib import oracle, project
from tests.python.lib.cases import CASES
from tests.python.lib.oracle import COLUMNS, Row
from tests.python.lib.worlds import at_noon, world_of_case, write_landing
from tests.python.privacy.boundary import gates

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


def participant(family: str, role: str, date_of_birth: str, study: str = NEW) -> Row:
    return {
        "study": study,
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
# What a study with a published survey lands, and what it adds to the project
# --------------------------------------------------------------------------------------------------

SURVEYED, SURVEY = "early_years", "early_survey"
SURVEYED_STUDY: Row = {**STUDY, "study": SURVEYED, "title": "Early Years"}
SURVEYED_POLICY: Row = {**POLICIES[1], "study": SURVEYED, "answers_of": "family"}
SURVEYED_FAMILIES = ("sound", "objecting", "erased", "early", "late")
SURVEYED_PARTICIPANTS = [
    participant(family, role, born, SURVEYED)
    for family in SURVEYED_FAMILIES
    for role, born in (("mother", "1980-01-01"), ("child", "2018-02-01"))
]
SURVEYED_REQUESTS = [
    {**request(number, *said), "study": SURVEYED}
    for number, said in enumerate(
        [
            ("objecting-child", "objecting-child", "object", "all", "2024-05-01"),
            ("erased-mother", "erased-mother", "erase", "all", "2024-05-01"),
            # The window is three months from the day of the family's latest answers.
            ("early-mother", "early-child", "delete_linked", "health", "2024-05-01"),
            ("late-mother", "late-child", "delete_linked", "health", "2024-05-01"),
        ]
    )
]
ANSWERS: list[Row] = [
    {
        "study": SURVEYED,
        "participant_id": f"{family}-mother",
        "wave": wave,
        "completed_on": day,
        "enjoys_school": score,
        "in_your_own_words": f"written by {family}",
    }
    for family, wave, day, score in (
        ("sound", "1", "2024-03-01", "4"),
        ("sound", "2", "2024-06-02", "4"),
        ("sound", "3", "2024-03-01", "many"),
        ("objecting", "1", "2024-03-01", "4"),
        ("erased", "1", "2024-03-01", "4"),
        ("early", "1", "2024-03-01", "4"),
        ("late", "1", "2023-03-01", "4"),
    )
]


def add_survey(copy: Path) -> None:
    """Declare, stage and publish the survey in a copy of the project, as SEND Futures' is."""

    def made(file: str, of: str, upto: str | None = None) -> None:
        text = (copy / of).read_text(encoding="utf-8").partition(upto or "\0")[0]
        for known, new in (("child_survey", SURVEY), ("send_futures", SURVEYED)):
            text = text.replace(known, new)
        (copy / file).parent.mkdir(exist_ok=True)
        (copy / file).write_text(text, encoding="utf-8")

    def changed(file: str, *changes: tuple[str, str]) -> None:
        text = (copy / file).read_text(encoding="utf-8")
        for written, instead in changes:
            assert written in text, (file, written)
            text = text.replace(written, instead, 1)
        (copy / file).write_text(text, encoding="utf-8")

    staging, answers = "models/staging/surveys", "models/intermediate/answers"
    marts = "models/marts"
    made(f"{staging}/stg_surveys__{SURVEY}.sql", f"{staging}/stg_surveys__child_survey.sql")
    for kind in ("sql", "yml"):
        made(
            f"{answers}/int_{SURVEY}_deidentified.{kind}",
            f"{answers}/int_child_survey_deidentified.{kind}",
            "unit_tests:",
        )
    for table, of in ((SURVEY, "child_survey"), ("participants", "participants")):
        made(
            f"{marts}/{SURVEYED}/{SURVEYED}__{table}.sql",
            f"{marts}/send_futures/send_futures__{of}.sql",
        )
    sources = (copy / staging / "_surveys__sources.yml").read_text(encoding="utf-8")
    _, table, rest = sources.partition("      - name: child_survey\n")
    declared = (table + rest).partition("\nmodels:\n")[0]
    for known, new in (
        ("child_survey", SURVEY),
        ("send_futures", SURVEYED),
        ("answers_of: child", "answers_of: family"),
    ):
        declared = declared.replace(known, new)
    changed(
        f"{staging}/_surveys__sources.yml",
        (
            "\nmodels:\n",
            f"{declared}\nmodels:\n  - {{name: stg_surveys__{SURVEY}, description: *{SURVEY}}}\n",
        ),
    )
    changed("macros/project/landed_tables.sql", ("'child_survey'", f"'child_survey', '{SURVEY}'"))
    changed(
        "macros/project/research_tables.sql",
        (
            "'send_futures': [",
            f"'{SURVEYED}': ['participants', '{SURVEY}'],\n        'send_futures': [",
        ),
        ("'send_futures': ['link", f"'{SURVEYED}': [],\n        'send_futures': ['link"),
    )
    participants = f"{answers}/int_participants_deidentified.yml"
    text = (copy / participants).read_text(encoding="utf-8")
    _, name, rest = text.partition("  - name: send_futures__participants\n")
    described = (name + rest).partition("\nunit_tests:\n")[0].replace("send_futures", SURVEYED)
    changed(participants, ("\nunit_tests:\n", f"\n{described}\nunit_tests:\n"))
    changed(
        "dbt_project.yml",
        (
            "      send_futures:\n",
            f"      {SURVEYED}:\n        +database: research\n        +schema: {SURVEYED}\n"
            "      send_futures:\n",
        ),
    )


# --------------------------------------------------------------------------------------------------
# One build, with the two known studies beside
# --------------------------------------------------------------------------------------------------


@dataclass
class Built:
    copy: Path
    extracts: Path
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

    lands = extracts / "surveys" / SURVEYED
    lands.mkdir()
    for table, columns, rows in (
        ("participants", COLUMNS["participants"], SURVEYED_PARTICIPANTS),
        ("permissions", COLUMNS["permissions"], []),
        ("requests", COLUMNS["requests"], SURVEYED_REQUESTS),
        (SURVEY, COLUMNS["child_survey"], ANSWERS),
    ):
        write_rows(lands / f"{table}.csv", columns, rows)

    project.copied(copy)
    add_survey(copy)
    for seed, rows in (
        ("studies", [STUDY, SURVEYED_STUDY]),
        ("linkage_policies", [*POLICIES, SURVEYED_POLICY]),
    ):
        write_rows(copy / "seeds" / f"{seed}.csv", list(rows[0]), rows, mode="a")

    project.built(extracts, data, at_noon(AS_OF), root=copy)
    return Built(copy, extracts, data, known)


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
    assert decisions(built, f"study not in ('{NEW}', '{SURVEYED}')") == expected


# --------------------------------------------------------------------------------------------------
# A new table of answers is under every promise
# --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def lineage(built: Built) -> Lineage:
    return Lineage(Manifest(built.data / "target"))


def test_no_answer_of_it_goes_around_the_gate(lineage: Lineage) -> None:
    (gate, research), *_ = (
        one for one in gates(lineage.manifest) if one[0].name == "int_publishable_answers"
    )
    assert f"{SURVEYED}__{SURVEY}" in {table.name for table in research}
    assert list(ungated(lineage, gate, research)) == []
    model = lineage.manifest.named(f"int_{SURVEY}_deidentified")
    assert "inner join publishable" in model.sql
    weakened = model.sql.replace("inner join publishable", "left join publishable")
    assert list(ungated(lineage.with_sql({model.id: weakened}), gate, research))


def test_nothing_that_identifies_reaches_researchers_from_it(lineage: Lineage) -> None:
    assert lineage.violations() == []
    model = lineage.manifest.named(f"int_{SURVEY}_deidentified")
    written = "answers.enjoys_school,"
    assert written in model.sql
    leaking = model.sql.replace(written, "answers.in_your_own_words as enjoys_school,", 1)
    assert lineage.with_sql({model.id: leaking}).violations()


def test_its_answers_are_withheld_with_their_family_and_reconciled(built: Built) -> None:
    published = project.research_rows(built.data, f"select wave from {SURVEYED}.{SURVEY}")
    assert published == [(1,)] * 3
    fates = project.study_rows(
        built.data,
        f"""
        select fate, records from governance.record_reconciliation
        where source_table = 'surveys/{SURVEYED}/{SURVEY}'
        """,
    )
    assert dict(fates) == {
        "published": 3,
        "not_received_yet": 1,
        "quarantined": 1,
        "withdrawn": 1,
        "erased": 1,
    }


def test_the_test_of_those_who_are_out_takes_it_for_answers(lineage: Lineage) -> None:
    """While a child is inactive, the answers of the whole family are withheld."""
    test = lineage.manifest.named("inactive_participants_are_in_no_research_table", "test")
    table = f"'{SURVEYED}.{SURVEY}' as research_table"
    assert table in test.sql
    assert test.sql.partition(table)[2].split()[1:4] == ["True", "as", "is_answers,"]


def test_what_it_holds_of_the_erased_is_to_be_purged(built: Built) -> None:
    purged = dict(project.study_rows(built.data, "from governance.to_purge"))
    assert purged[f"surveys/{SURVEYED}/{SURVEY}"] == 1


def test_answering_it_is_taking_part(built: Built) -> None:
    outcomes = project.study_rows(
        built.data,
        f"""
        select request_id, outcome from governance.request_outcomes
        where study = '{SURVEYED}' and request_type = 'delete_linked'
        """,
    )
    assert dict(outcomes) == {"R2": "honoured", "R3": "too_late"}


def test_its_free_text_is_searched_for(lineage: Lineage) -> None:
    assert f"'{SURVEY}.in_your_own_words'" in lineage.manifest.named("identifying_values").sql


@pytest.mark.parametrize(
    ("listed_in", "model", "message"),
    [
        (
            "landed_tables.sql",
            "int_answers_landed",
            f"A source declares answers: surveys.{SURVEY}, and landed_names()",
        ),
        (
            "research_tables.sql",
            "int_row_fates",
            f"{SURVEYED}__{SURVEY} is a table for researchers, and tables_of_people()",
        ),
    ],
    ids=["landed", "for researchers"],
)
def test_a_build_stops_where_a_table_is_declared_and_not_listed(
    built: Built, tmp_path: Path, listed_in: str, model: str, message: str
) -> None:
    copy = tmp_path / "project"
    shutil.copytree(built.copy, copy)
    names = copy / "macros" / "project" / listed_in
    names.write_text(names.read_text(encoding="utf-8").replace(f", '{SURVEY}'", "", 1))
    # what dbt parsed of it is parsed anew where it differs
    (tmp_path / "data" / "target").mkdir(parents=True)
    shutil.copy(built.data / "target" / "partial_parse.msgpack", tmp_path / "data" / "target")
    done = project.dbt(
        *("compile", built.extracts, tmp_path / "data", at_noon(AS_OF)),
        *("--select", model),
        root=copy,
    )
    assert done.returncode != 0
    assert message in done.stdout
