"""Row faults: the row is quarantined with its reason, no row is lost, and all else is built.

One landing holds a sound family of each study and a row of every fault; one build judges it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import takewhile
from pathlib import Path

import pytest

from studylink import alarm
from tests.python.lib import oracle, project
from tests.python.lib.cases import AS_OF
from tests.python.lib.oracle import COLUMNS, PATHS, Row, table_of
from tests.python.lib.worlds import FIVE, SEND, World, prefix_of, write_landing

TYPES = {
    column.name: column.data_type
    for table in oracle.TABLES.values()
    for column in table.declared
    if column.data_type != "text"
}
READABLE = {
    "date": "2024-01-05",
    "timestamp": "2024-01-05T10:00:00Z",
    "integer": "1",
    "decimal": "1.5",
    "boolean": "true",
}
BEYOND = "9" * 309
"""More than a double holds."""
# Each column gets the first of its type; one column of each type gets them all.
UNREADABLE = {
    "date": [
        "2024-1-5",
        "2023-02-30",
        "2023-02-29",
        "2024-13-01",
        "05/01/2024",
        "20240105",
        "2024-01-05 ",
        "2024-01-05T10:00:00Z",
        "0000-01-01",
        "infinity",
        "epoch",
    ],
    "timestamp": [
        "2024-01-05T10:00:00",
        "2024-01-05",
        "2024-01-05 10:00:00Z",
        "2024-01-05T10:00:00+00:00",
        "2024-01-05T10:00:00.5Z",
        "2024-01-05T10:00Z",
        "2024-01-05T24:00:00Z",
        "2024-01-05T10:60:00Z",
        "2023-02-30T10:00:00Z",
        "2024-01-05t10:00:00z",
        "now",
    ],
    "integer": ["1.5", "1e3", "one", " 1", "+1", "0x1", "1,000", "1_000", "NaN", "true", BEYOND],
    "decimal": ["1e3", "1,5", ".5", "5.", "+1.5", "£5", "NaN", "inf", "1.5 ", "many", BEYOND],
    "boolean": ["t", "TRUE", "True", "1", "0", "yes", "false "],
}
ALL_TRIED_IN = {
    ("five_to_twelve/parent_interviews", "interviewed_on"),
    ("governance/deliveries", "identifiers_deleted_at"),
    ("dfe/key_stage_2", "read_score"),
    ("hmrc/employments", "pay_in_year"),
    ("dfe/pupil_census", "fsm_eligible"),
}


@dataclass
class Fault:
    """A landed row that should be quarantined, and why."""

    name: str
    path: str
    row: Row
    reason: str


# --------------------------------------------------------------------------------------------------
# Families without a fault
# --------------------------------------------------------------------------------------------------

IDS = {
    "participant_id": "mother",
    "given_by": "mother",
    "records_of": "mother",
    "made_by": "mother",
    "about": "mother",
    "family_id": "family",
    "pupil_matching_ref": "pupil",
    "postcode": "LS1 1AA",
    "lsoa_code": "E01",
    "school_urn": "100",
    "answers_of": "family",
    "role": "mother",
    "domain": "health",
    "answer": "yes",
    "scope": "person",
    "request_type": "access",
    "supplier": "nhs_england",
    "field": None,
    "new_value": None,
    "project_id": "project",
    "date_of_birth": "1988-02-03",
    "invited_on": "2023-10-02",
    "upn": None,
}
# What makes another row of a table that has a key.
FRESH_KEY = {table: key[-1] for table, key in oracle.KEYS.items()}
# The deliveries of a family: supplier, domain, and whether DfE holds them anyway.
DELIVERIES = {
    "held": ("dfe", "education", True),
    "learning": ("dfe", "education", False),
    "nhs_england": ("nhs_england", "health", False),
    "hmrc": ("hmrc", "employment_tax", False),
    "dwp": ("dwp", "benefits", False),
}


def study_of(path: str) -> str:
    return SEND if SEND in path else FIVE


def delivery_of(table: str) -> str:
    if table in oracle.PUPIL_TABLES:
        return "held"
    return "learning" if table == "adult_learning" else oracle.RECORD_TABLES[table][0]


def full_row(world: World, path: str, **values: object) -> Row:
    """A sound row with a value in every column, but for what is given otherwise."""
    table = table_of(path)
    row: dict[str, object] = {}
    for column in COLUMNS[table]:
        if column in IDS:
            row[column] = IDS[column]
        elif column in TYPES:
            row[column] = READABLE[TYPES[column]]
        else:
            row[column] = oracle.LISTS.get(column, ("x",))[0]
    if "study" in row:
        row["study"] = study_of(path)
    if "answers_of" in row and values.get("study", study_of(path)) == SEND:
        row["answers_of"] = "parent"
    if table in oracle.RECORD_TABLES:
        row["delivery_id"] = delivery_of(table)
    if table in FRESH_KEY:
        row[FRESH_KEY[table]] = len(world.rows.get(path, [])) + 101
    return world.add(path, **{**row, **values})


def family(study: str) -> World:
    """A family without a fault: who they are, what they permitted and what was delivered."""
    world = World()
    world.add_participant(study, "mother")
    child = world.add_participant(
        study, "child", date_of_birth="2015-04-05", upn="UPN1" if study == FIVE else None
    )
    world.add_pupil(child)
    for domain, answers_of, records_of in (
        [
            ("health", "family", "mother"),
            ("employment_tax", "family", "mother"),
            ("benefits", "family", "mother"),
        ]
        if study == FIVE
        else [("education", "parent", "child"), ("education", "child", "child")]
    ):
        world.add_permission(
            study,
            given_by="mother",
            records_of=records_of,
            domain=domain,
            answers_of=answers_of,
            answer="yes",
            answered_at="2023-10-02T12:00:00Z",
        )
    for delivery_id, (supplier, domain, is_held_by_dfe) in DELIVERIES.items():
        if is_held_by_dfe or study == FIVE:
            world.add(
                "governance/deliveries",
                delivery_id=delivery_id,
                supplier=supplier,
                domain=domain,
                study=None if is_held_by_dfe else study,
                request_sent_at=None if is_held_by_dfe else "2023-11-01T09:00:00Z",
                received_at="2023-12-01T09:00:00Z",
                identifiers_deleted_at="2023-12-02T09:00:00Z",
            )
    return world


def record_paths(study: str) -> list[str]:
    return [
        path
        for path in PATHS
        if table_of(path) in (oracle.RECORD_TABLES if study == FIVE else oracle.PUPIL_TABLES)
    ]


def sound_family(study: str) -> World:
    """A family with rows in every table of its study; nothing of it is to be quarantined."""
    world = family(study)
    for path in record_paths(study):
        # An agency's records have no key: two rows alike are two records.
        full_row(world, path)
        full_row(world, path)
    for path in PATHS:
        table = table_of(path)
        if path.startswith(f"surveys/{study}/") and table in oracle.ANSWER_TABLES:
            full_row(world, path, participant_id="child" if table == "child_survey" else "mother")
    full_row(world, f"surveys/{study}/requests")
    for path in ("ons/postcodes", "ons/areas", "dfe/schools", "governance/shared_records"):
        key = FRESH_KEY.get(table_of(path))
        full_row(world, path, study=study) if not key else full_row(world, path, **{key: IDS[key]})
    full_row(world, "governance/projects")
    full_row(world, "governance/researchers")
    if study == SEND:
        full_row(
            world,
            f"surveys/{SEND}/clerical_decisions",
            participant_id="child",
        )
    return world


def sparse_family() -> World:
    """Rows with only the values that are never empty, and oddities that are not faults."""
    world = family(FIVE)
    for path in PATHS:
        table = table_of(path)
        if study_of(path) == SEND or table in ("deliveries", "clerical_decisions"):
            continue
        row = full_row(world, path)
        needed = {"study", *oracle.KEYS.get(table, ()), *oracle.NEVER_EMPTY.get(table, ())}
        row.update(dict.fromkeys(set(row) - needed))
    world.add_participant(FIVE, "second", role="child", date_of_birth="2016-04-05")
    # Numbers of any length that a double holds, and dates that agencies write for 'not known'.
    for number in ("5000000000", "-" + "9" * 20, "9" * 300, "0" * 400 + "7"):
        full_row(world, "dfe/key_stage_2", read_score=number)
        full_row(world, f"surveys/{FIVE}/parent_interviews", wave=number)
    for number in ("0." + "3" * 400, "9" * 300 + ".5", "-0"):
        full_row(world, "hmrc/employments", pay_in_year=number)
    for day in oracle.PLACEHOLDER_DATES:
        full_row(world, "hmrc/employments", started_on=day, ended_on=day)
        full_row(world, "nhs_england/hospital_episodes", admission_date=day, discharge_date=day)
        full_row(world, "dfe/pupils", pupil_matching_ref=f"born {day}", date_of_birth=day)
    # Nobody's pupil, unknown codes, schools and postcodes.
    full_row(world, "dfe/pupils", pupil_matching_ref="somebody")
    full_row(world, "dfe/absence", pupil_matching_ref="somebody")
    full_row(world, "dfe/pupil_census", school_urn="elsewhere", sen_provision="?")
    full_row(world, "ons/postcodes", postcode="XX1 1XX", lsoa_code="elsewhere")
    # Void, and no faults.
    full_row(
        world,
        f"surveys/{FIVE}/requests",
        request_type="rectify",
        field="date_of_birth",
        new_value="5 May",
    )
    full_row(
        world,
        f"surveys/{FIVE}/requests",
        request_type="rectify",
        field="shoe_size",
        new_value="9",
    )
    world.add_participant(FIVE, "stranger", role="father", family_id="another")
    full_row(world, f"surveys/{FIVE}/requests", made_by="stranger", about="mother")
    return world


# --------------------------------------------------------------------------------------------------
# Families with faults
# --------------------------------------------------------------------------------------------------


def value_faults(path: str) -> tuple[World, list[Fault]]:
    """One row for each way in which a value of this file may be wrong."""
    world, faults = family(study_of(path)), []
    table = table_of(path)

    def add(fault: str, column: str, value: str | None, **others: object) -> None:
        row = full_row(world, path, **{**others, column: value})
        shown = "" if value is None else f" {value!r}"
        faults.append(Fault(f"{path} {column} {fault}{shown}", path, row, f"{fault}: {column}"))

    for column in COLUMNS[table]:
        if column in oracle.KEYS.get(table, ()) or column in oracle.NEVER_EMPTY.get(table, ()):
            add("empty", column, None)
        if column in TYPES:
            values = UNREADABLE[TYPES[column]]
            tried_in = {(path.removeprefix("surveys/"), column)} & ALL_TRIED_IN
            for value in values if tried_in else values[:1]:
                add("unreadable", column, value)
        if column in oracle.LISTS:
            add("unlisted", column, "something else")
            add("unlisted", column, oracle.LISTS[column][0].swapcase())
            add("unlisted", column, oracle.LISTS[column][0] + " ")
        if column == "answers_of":
            add("unlisted", column, "somebody")
            # another study's
            add("unlisted", column, "family" if study_of(path) == SEND else "child")
        if column == "study" and table in oracle.SURVEY_TABLES:
            add("unlisted", column, "five_to_twelv")
            add("unlisted", column, f"{study_of(path)} ")
    if table == "participants":
        add("empty", "date_of_birth", None, role="child")
        add("unreadable", "date_of_birth", "2015-4-5", role="child")
    if table not in ("requests",) and "domain" in COLUMNS[table]:
        add("unlisted", "domain", "all")
    return world, faults


def repeated_keys(path: str) -> Iterator[tuple[World, list[Fault]]]:
    """Copies of a row, rows that differ under one key, and both at once."""
    table = table_of(path)
    key = FRESH_KEY[table]
    # A column that is no part of a key, and free text.
    other = [
        column
        for column in COLUMNS[table]
        if column not in oracle.KEYS[table] + oracle.NEVER_EMPTY.get(table, ())
        and column not in oracle.LISTS
    ][-1]
    changed = {other: READABLE.get(TYPES.get(other, ""), "changed")}

    def rows_of(world: World, *changes: dict[str, str]) -> list[Row]:
        return [full_row(world, path, **{key: "77", other: None, **one}) for one in changes]

    world = family(study_of(path))
    _, second, third = rows_of(world, {}, {}, {})
    yield (
        world,
        [
            Fault(f"{path} a copy", path, second, "duplicate"),
            Fault(f"{path} another copy", path, third, "duplicate"),
        ],
    )
    world = family(study_of(path))
    first, second = rows_of(world, {}, changed)
    yield (
        world,
        [
            Fault(f"{path} one of two that differ", path, first, "conflicting_key"),
            Fault(f"{path} the other of two that differ", path, second, "conflicting_key"),
        ],
    )
    world = family(study_of(path))
    first, second, copy = rows_of(world, changed, {}, changed)
    yield (
        world,
        [
            Fault(f"{path} one of two that differ, copied", path, first, "conflicting_key"),
            Fault(f"{path} the other of two, not copied", path, second, "conflicting_key"),
            Fault(f"{path} the copy of one that conflicts", path, copy, "duplicate"),
        ],
    )
    if key in oracle.INTEGERS:
        world = family(study_of(path))
        _, second, third = rows_of(world, {}, {key: "077"}, {key: "0000077"})
        yield (
            world,
            [
                Fault(f"{path} a copy under the same number", path, second, "duplicate"),
                Fault(f"{path} another copy under the same number", path, third, "duplicate"),
            ],
        )
        world = family(study_of(path))
        first, second = rows_of(world, {key: "-0"}, {key: "0", **changed})
        yield (
            world,
            [
                Fault(f"{path} one of two under the same number", path, first, "conflicting_key"),
                Fault(f"{path} the other under the same number", path, second, "conflicting_key"),
            ],
        )


def one_fault(name: str, path: str, reason: str, **values: object) -> tuple[World, list[Fault]]:
    world = family(study_of(path))
    row = full_row(world, path, **values)
    return world, [Fault(f"{path} {name}", path, row, reason)]


def unknown_people_and_deliveries() -> Iterator[tuple[World, list[Fault]]]:
    for path in PATHS:
        table = table_of(path)
        for column in ("participant_id", "given_by", "records_of", "made_by", "about"):
            if column in COLUMNS[table] and table not in ("participants", "researchers"):
                yield one_fault(
                    f"unknown {column}", path, "unknown_participant", **{column: "nobody"}
                )
        if "pupil_matching_ref" in COLUMNS[table] and table != "pupils":
            values = {"participant_id": "child"} if table == "clerical_decisions" else {}
            yield one_fault(
                "unknown pupil", path, "unknown_pupil", **values, pupil_matching_ref="nobody"
            )
        if table in oracle.RECORD_TABLES:
            yield one_fault("unknown delivery", path, "unknown_delivery", delivery_id="none")


def mismatched_deliveries() -> Iterator[tuple[World, list[Fault]]]:
    """Records that came in a delivery of another supplier, domain, study or kind."""
    for path in record_paths(FIVE):
        right = delivery_of(table_of(path))
        for wrong in DELIVERIES:
            if wrong != right:
                yield one_fault(f"in {wrong}", path, "delivery_mismatch", delivery_id=wrong)
        supplier, domain, is_held_by_dfe = DELIVERIES[right]
        for name, changed in (
            ("of another supplier", {"supplier": "dwp" if supplier != "dwp" else "hmrc"}),
            ("of another domain", {"domain": "area"}),
        ):
            if is_held_by_dfe:
                # DfE alone holds anything, and of education alone: such a delivery is incomplete.
                continue
            world = family(FIVE)
            full_row(
                world,
                "governance/deliveries",
                **{"supplier": supplier, "domain": domain, "delivery_id": "other", **changed},
                study=FIVE,
            )
            row = full_row(world, path, delivery_id="other")
            yield world, [Fault(f"{path} {name}", path, row, "delivery_mismatch")]
        if not is_held_by_dfe:
            # The other study has nobody of this name.
            world = family(FIVE)
            full_row(
                world,
                "governance/deliveries",
                supplier=supplier,
                domain=domain,
                delivery_id="other",
                study=SEND,
            )
            row = full_row(world, path, delivery_id="other")
            yield world, [Fault(f"{path} of another study", path, row, "unknown_participant")]


def incomplete_deliveries() -> Iterator[tuple[World, list[Fault]]]:
    path = "governance/deliveries"
    for supplier, domain, study, sent_at in (
        ("nhs_england", "health", None, READABLE["timestamp"]),
        ("nhs_england", "health", FIVE, None),
        ("nhs_england", "health", None, None),
        ("hmrc", "employment_tax", None, None),
        ("dwp", "benefits", None, None),
        ("dfe", "education", FIVE, None),
        ("dfe", "education", None, READABLE["timestamp"]),
        ("dfe", "health", None, None),
    ):
        yield one_fault(
            f"of {supplier}, {domain}, study {study}, sent {sent_at}",
            path,
            "incomplete_delivery",
            supplier=supplier,
            domain=domain,
            study=study,
            request_sent_at=sent_at,
        )
    # And what came in it has no delivery.
    world = family(FIVE)
    delivery = full_row(world, path, delivery_id="incomplete", study=None)
    record = full_row(world, "nhs_england/gp_events", delivery_id="incomplete")
    yield (
        world,
        [
            Fault(f"{path} with a record", path, delivery, "incomplete_delivery"),
            Fault(
                "a record of an incomplete delivery",
                "nhs_england/gp_events",
                record,
                "unknown_delivery",
            ),
        ],
    )


def faults_between_people() -> Iterator[tuple[World, list[Fault]]]:
    yield one_fault(
        "of a child", "dfe/adult_learning", "child_in_adult_learning", participant_id="child"
    )
    for name, values in (
        ("given by a stranger", {"given_by": "stranger"}),
        ("about a stranger", {"records_of": "stranger"}),
    ):
        path = f"surveys/{FIVE}/permissions"
        world = family(FIVE)
        world.add_participant(FIVE, "stranger", role="father", family_id="another")
        row = full_row(world, path, **values)
        yield world, [Fault(f"{path} {name}", path, row, "outside_the_family")]
    # The study column decides, not the folder: a row may be a copy of one in another folder.
    world = family(FIVE)
    full_row(world, f"surveys/{FIVE}/permissions", permission_id="copied")
    path = f"surveys/{SEND}/permissions"
    row = full_row(world, path, permission_id="copied", study=FIVE)
    yield world, [Fault(f"{path} a copy from another folder", path, row, "duplicate")]
    # What depends on a quarantined row is unknown.
    path = f"surveys/{FIVE}/participants"
    world = family(FIVE)
    person = full_row(world, path, participant_id="guest", role="guest")
    record = full_row(world, "nhs_england/gp_events", participant_id="guest")
    yield (
        world,
        [
            Fault(f"{path} with a record", path, person, "unlisted: role"),
            Fault(
                "a record of a quarantined participant",
                "nhs_england/gp_events",
                record,
                "unknown_participant",
            ),
        ],
    )
    # Postcodes compare without regard to case and spaces.
    path = "ons/postcodes"
    world = family(FIVE)
    _, copy = (full_row(world, path, postcode=postcode) for postcode in ("YO1 1AA", "yo1  1aa"))
    yield world, [Fault(f"{path} a copy but for case and spaces", path, copy, "duplicate")]
    world = family(FIVE)
    rows = [
        full_row(world, path, postcode=postcode, region=postcode)
        for postcode in ("YO1 1AA", "yo1  1aa")
    ]
    yield (
        world,
        [
            Fault(f"{path} one key but for case and spaces {n}", path, row, "conflicting_key")
            for n, row in enumerate(rows)
        ],
    )


@cache
def laid() -> tuple[list[World], list[Fault]]:
    """Every world of the landing, the sound ones first, and every fault in it."""
    worlds, faults = [sound_family(FIVE), sound_family(SEND), sparse_family()], []
    for world, found in [
        *(value_faults(path) for path in PATHS),
        *(pair for path in PATHS if table_of(path) in FRESH_KEY for pair in repeated_keys(path)),
        *unknown_people_and_deliveries(),
        *mismatched_deliveries(),
        *incomplete_deliveries(),
        *faults_between_people(),
    ]:
        worlds.append(world)
        faults += found
    return worlds, faults


@cache
def row_numbers() -> dict[int, int]:
    """Where each row is in its file, by its identity; the first row is 1."""
    numbers: dict[int, int] = {}
    written: Counter[str] = Counter({"dfe/schools": 1})
    for world in laid()[0]:
        for path, rows in world.rows.items():
            for row in rows:
                written[path] += 1
                numbers[id(row)] = written[path]
    return numbers


# --------------------------------------------------------------------------------------------------
# The build
# --------------------------------------------------------------------------------------------------


@dataclass
class Built:
    data: Path
    landed: dict[str, int]
    quarantined: dict[tuple[str, int], tuple[str | None, str]]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    folder = tmp_path_factory.mktemp("row_faults")
    landing = write_landing(laid()[0], folder / "extracts")
    data = project.built(folder / "extracts", folder / "data", AS_OF)
    rows = project.study_rows(
        data,
        "select source_table, row_number, delivery_id, reason from governance.quarantined_records",
    )
    quarantined = {(path, number): (delivery, reason) for path, number, delivery, reason in rows}
    assert len(quarantined) == len(rows), "a row is quarantined twice"
    return Built(data, {path: len(rows) for path, rows in landing.items()}, quarantined)


@pytest.mark.parametrize("fault", laid()[1], ids=lambda fault: fault.name)
def test_a_row_fault_quarantines_the_row_with_its_reason(built: Built, fault: Fault) -> None:
    place = fault.path, row_numbers()[id(fault.row)]
    assert place in built.quarantined, "the row is not quarantined"
    assert built.quarantined[place][1] == fault.reason


def test_nothing_but_the_faulty_rows_is_quarantined(built: Built) -> None:
    expected = {(fault.path, row_numbers()[id(fault.row)]) for fault in laid()[1]}
    assert set(built.quarantined) - expected == set()


@pytest.mark.parametrize("path", PATHS)
def test_the_fates_of_a_table_add_up_to_the_rows_landed(built: Built, path: str) -> None:
    fates = dict(
        project.rows_of(
            built.data / "study.duckdb",
            "select fate, records from governance.record_reconciliation where source_table = ?",
            [path],
        )
    )
    assert sum(fates.values()) == built.landed[path]
    assert fates.get("quarantined", 0) == sum(place[0] == path for place in built.quarantined)


def test_all_else_is_built(built: Built) -> None:
    """The sound families have everything in every research table; see `sound_family`."""
    for study, tables in oracle.RESEARCH_TABLES.items():
        prefix = prefix_of([FIVE, SEND].index(study))
        published = {
            table: project.vault_rows(
                built.data,
                f"""
                select count(*) from research.{study}.{table} as published
                where published.research_id in (
                    select {"record_" if table in oracle.RECORD_TABLES else ""}research_id
                    from vault.main.pseudonyms where family_id = '{prefix}-family'
                )
                """,
            )[0][0]
            for table in tables
        }
        people = {"participants": 2, "areas": 2}
        expected = {
            table: people.get(table, 2 if table in oracle.RECORD_TABLES else 1) for table in tables
        }
        assert published == expected


def test_statements_that_are_quarantined_are_named_first_in_the_log(
    built: Built,
) -> None:
    statements = {
        (path, number, reason)
        for (path, number), (_, reason) in built.quarantined.items()
        if table_of(path) in alarm.STATEMENTS
    }
    written = (built.data / "logs" / "dbt.log").read_text(encoding="utf-8")
    first, *lines = written[written.index("ALARM: ") :].splitlines()
    assert first.startswith(f"ALARM: {len(statements):,} row(s) of participants, permissions")
    named = list(takewhile(bool, (re.match(r"  (.+), rows? ([^:]+): (.+)", x) for x in lines)))
    # copies hold nothing that the row which counts does not
    is_copy = [line[3] == "duplicate" for line in named]
    assert is_copy == sorted(is_copy)
    assert {
        (path, number, reason)
        for path, numbers, reason in (line.groups() for line in named)
        for run in numbers.split(", ")
        for number in range(int(run.split(" to ")[0]), int(run.split(" to ")[-1]) + 1)
    } == statements
    assert written.index("ALARM: ") < written.index("Published to ")


def test_a_quarantined_record_shows_its_known_delivery_and_no_other(built: Built) -> None:
    for fault in laid()[1]:
        delivery_id = built.quarantined[fault.path, row_numbers()[id(fault.row)]][0]
        if table_of(fault.path) not in oracle.RECORD_TABLES or fault.reason in (
            "unknown_delivery",
            "empty: delivery_id",
        ):
            assert delivery_id is None, fault.name
        else:
            assert delivery_id is not None, fault.name
            assert delivery_id.endswith(f"-{fault.row['delivery_id']}"), fault.name


def test_no_reason_repeats_what_was_landed(built: Built) -> None:
    reasons = {reason for _, reason in built.quarantined.values()}
    columns = {column for columns in COLUMNS.values() for column in columns}
    for reason in reasons:
        kind, _, column = reason.partition(": ")
        if column:
            assert kind in ("empty", "unreadable", "unlisted")
            assert column in columns
        else:
            assert kind in {
                "duplicate",
                "conflicting_key",
                "unknown_participant",
                "unknown_pupil",
                "unknown_delivery",
                "delivery_mismatch",
                "incomplete_delivery",
                "child_in_adult_learning",
                "outside_the_family",
            }
