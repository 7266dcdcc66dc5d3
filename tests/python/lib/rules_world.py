"""One small landing in which every rule has something to decide, built once for all who ask.

It holds the worked cases; families drawn at random, as they are, talkative, and with namesakes in
the other study; whole synthetic extracts, so that enough people are alike for some to be shown
apart; and awkward rows: every code in every column, every delivery in every table, every age on
its birthday.
"""

from __future__ import annotations

import csv
from pathlib import Path
from random import Random
from string import ascii_uppercase as LETTERS
from string import digits

from studylink import synth
from tests.python.lib.cases import AS_OF, CASES
from tests.python.lib.oracle import (
    BOOLEANS,
    COLUMNS,
    DECIMALS,
    INTEGERS,
    PUPIL_TABLES,
    RECORD_TABLES,
    Landing,
    is_readable,
    table_of,
)
from tests.python.lib.project import ROOT, built_with_unit_tests
from tests.python.lib.random_worlds import ANSWERS, INSTANTS, PATH_OF, draw_worlds
from tests.python.lib.request_logs import requests_drawn, write_request_log
from tests.python.lib.worlds import FIVE, SEND, World, landing_of, world_of_case, write

WORLDS_DRAWN, WORLDS_TALKING = 150, 200
ROWS_SYNTHESISED = 1000
"""Of each table: a join without its keys pairs every row with every other."""
STATEMENTS = ("stop_linkage", "delete_linked", "resume_linkage")
UNIQUE_ANYWHERE = ("pupil_matching_ref", "delivery_id", "upn")


def build_world(folder: Path) -> None:
    """Land the world in `folder`/extracts and build it, every test included, in `folder`/data."""
    landing = landing_of_all(folder / "synthetic")
    write(landing, folder / "extracts")
    write_request_log(requests_drawn(landing), folder / "data")
    built_with_unit_tests(folder / "extracts", folder / "data", AS_OF)


def worlds() -> list[World]:
    """All worlds in the order in which they are laid, the worked cases first."""
    return [*map(world_of_case, CASES), *drawn_worlds(), awkward_world(Random(2))]


def landing_of_all(synthetic: Path) -> Landing:
    """All worlds with the synthetic extracts, which are made in `synthetic`, after them."""
    rows = {path: list(found) for path, found in landing_of(worlds()).items()}
    synth.write_extracts(synth.FEWEST, 7, synthetic)
    for path, found in rows.items():
        file = synthetic / f"{path}.csv"
        if file.exists():
            with file.open(encoding="utf-8", newline="") as landed:
                found += [
                    {column: row[column] or None for column in COLUMNS[table_of(path)]}
                    for row in list(csv.DictReader(landed))[:ROWS_SYNTHESISED]
                ]
    return rows


# --------------------------------------------------------------------------------------------------
# Families
# --------------------------------------------------------------------------------------------------


def drawn_worlds() -> list[World]:
    """Families at random: as they are, with namesakes in the other study, and talkative."""
    draw = Random(1)
    drawn = draw_worlds(WORLDS_DRAWN)
    five, send = (
        [world for world in drawn if f"surveys/{study}/participants" in world.rows]
        for study in (FIVE, SEND)
    )
    namesakes = [
        in_both_studies(*pair, UNIQUE_ANYWHERE + ("family_id",) * (number % 2))
        for number, pair in enumerate(zip(five, send, strict=False))
    ]
    return [*drawn, *namesakes, *(talkative(draw, world) for world in draw_worlds(WORLDS_TALKING))]


def in_both_studies(five: World, send: World, renamed: tuple[str, ...]) -> World:
    """Two worlds as one: ids are unique only within a study, so these people share theirs."""
    both = World(rows={path: [dict(row) for row in rows] for path, rows in five.rows.items()})
    for path, rows in send.rows.items():
        for row in rows:
            both.rows.setdefault(path, []).append(
                {
                    column: f"send-{value}" if value and column in renamed else value
                    for column, value in row.items()
                }
            )
    return both


def talkative(draw: Random, world: World) -> World:
    """The same people, saying much more about one linkage, and nobody asking to be left out."""
    for study in (FIVE, SEND):
        permissions = world.rows.get(f"surveys/{study}/permissions")
        people = world.rows.get(f"surveys/{study}/participants")
        if not permissions or not people:
            continue
        about = draw.choice(permissions)
        subject = {column: about[column] for column in ("records_of", "domain", "answers_of")}
        members = [row["participant_id"] for row in people]
        requests = world.rows.get(f"surveys/{study}/requests", [])
        requests[:] = [row for row in requests if row["request_type"] in STATEMENTS]
        for _ in range(draw.randint(4, 14)):
            world.add_permission(
                study,
                given_by=draw.choice([*members, about["records_of"]]),
                answer=draw.choice(ANSWERS),
                answered_at=draw.choice(INSTANTS),
                **subject,
            )
        for _ in range(draw.randint(0, 4)):
            world.add_request(
                study,
                made_by=draw.choice(members),
                about=about["records_of"],
                scope=draw.choice(["person", "family"]),
                domain=draw.choice([about["domain"], "all"]),
                request_type=draw.choice(STATEMENTS),
                received_at=draw.choice(INSTANTS),
            )
    return world


# --------------------------------------------------------------------------------------------------
# Awkward rows
# --------------------------------------------------------------------------------------------------

# People born on these days come into another band of age on the day of the build.
CHILDREN_BORN = ("2019-12-01", "2016-12-01", "2013-12-31", "2010-12-01", "2009-12-01", "2008-12-01")
ADULTS_BORN = ("2006-12-01", "1999-12-31", "1989-12-01", "1979-12-01", "1969-12-01", "1959-12-01")
ROWS_OF_A_TABLE = 80
DATES = ("2023-05-06", "2023-05-06", "2023-05-12", "2023-05-13", "2023-04-30", "2024-02-29")
YEARS = ("2022/23", "2022-23", "1999/2000", "2022", "QQ 12 34 56 C", "2022/2", "1822/23")
PLACES = ("P1", "P2", "P3")
CODES_OF_SHAPE = {
    "primary_diagnosis": (
        "J4K J45 J459 J45.9 O59 O60 P96 P97 Z36 Z37 Z380 Z39 Z40 U071 S102TN 943-476"
    ),
    "cause_icd10": "C50 C509 I219 J45.9 S102TN 943 U99 Q",
    "main_procedure": "E201 E20.1 R13 R14 R249 R32 R33 E20-12 9434765919",
    "bnf_code": "0301011R0AAAPAP 0301011R0 2130100100 210000000 943476591 0301",
    "admission_method": "11 21 2C 31 32 82 83 99",
    "event_type": "birth death",
}


def awkward_world(draw: Random) -> World:
    """Twelve families, alike in both studies, of whom everything is landed in every way."""
    world = World("awkward")
    codes: dict[str, list[str]] = {}
    with (ROOT / "seeds" / "code_lists.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            codes.setdefault(row["code_list"], []).append(row["code"])
    add_families(world)
    # a pupil in both studies, out of one and not permitted in the other
    world.add_request(
        FIVE,
        made_by="mother3",
        about="child3",
        scope="person",
        domain="education",
        request_type="stop_linkage",
        received_at="2024-01-01T12:00:00Z",
    )
    world.add_request(
        SEND,
        made_by="mother3",
        about="child3",
        scope="person",
        domain="all",
        request_type="object",
        received_at="2024-03-01T12:00:00Z",
    )
    # erased in one study, and nothing of the namesakes in the other is to be purged
    for study, number in ((SEND, 11), (FIVE, 10)):
        world.add_request(
            study,
            made_by=f"mother{number}",
            about=f"mother{number}",
            scope="family",
            domain="all",
            request_type="erase",
            received_at="2024-03-01T12:00:00Z",
        )
    world.add(
        "governance/shared_records",
        release_id="release",
        study=FIVE,
        participant_id="mother11",
        domain="health",
    )
    world.add_request(
        FIVE,
        made_by="mother11",
        about="mother11",
        scope="person",
        domain="all",
        request_type="access",
        received_at="2024-03-01T12:00:00Z",
    )
    world.add(
        f"surveys/{FIVE}/clerical_decisions",
        study=FIVE,
        participant_id="child11",
        pupil_matching_ref="pupil11",
        decision="match",
        decided_by="clerk",
        decided_at="2024-03-01T12:00:00Z",
    )
    add_places(world)
    add_awkward_answers(draw, world, codes)
    add_awkward_records(draw, world, codes)
    add_every_category(world)
    return world


def add_families(world: World) -> None:
    for number, (adult_born, child_born) in enumerate(
        zip(ADULTS_BORN * 2, CHILDREN_BORN + CHILDREN_BORN[::-1], strict=True)
    ):
        described = {"family_id": f"family{number}", "last_name": f"Lane{number}"}
        for study in (FIVE, SEND):
            world.add_participant(
                study,
                f"mother{number}",
                role="mother",
                first_name="Mother",
                date_of_birth=adult_born,
                postcode=f"LS1 {number}AA",
                **described,
            )
            child = world.add_participant(
                study,
                f"child{number}",
                role="child",
                first_name="Child",
                date_of_birth=child_born,
                postcode=f"LS1 {number}AA",
                upn=f"UPN{number}" if study == FIVE else None,
                **described,
            )
            say_yes_to_all(world, study, number)
            if study == FIVE:
                world.add_pupil(child, f"pupil{number}")


def say_yes_to_all(world: World, study: str, number: int) -> None:
    """A family permits everything; in send_futures every third only for one set of answers."""
    asked = [("child", "health", "family")]
    asked += [("mother", d, "family") for d in ("health", "employment_tax", "benefits")]
    if study == SEND:
        asked = [("child", "education", ["parent", "child"][number % 2])]
        if number % 3:
            asked = [("child", "education", "parent"), ("child", "education", "child")]
    for subject, domain, answers_of in asked:
        for giver, at in (("mother", "2023-10-15T12:00:00Z"), ("child", "2024-12-01T00:00:00Z")):
            if giver == "mother" or subject == "child":
                world.add_permission(
                    study,
                    given_by=f"{giver}{number}",
                    records_of=f"{subject}{number}",
                    domain=domain,
                    answers_of=answers_of,
                    answer="yes",
                    answered_at=at,
                )


def add_places(world: World) -> None:
    """Areas and schools on the bounds of their bands, two of each."""
    numbers = zip(
        ("99999", "100000", "150000", "200000", "300000", "500000"),
        ("4.9", "5", "10", "15", "20", "30"),
        ("13.9", "14", "15", "16", "17", "18"),
        ("0", "1", "10", "11", "5", None),
        strict=True,
    )
    for number, (price, no2, temperature, decile) in enumerate(numbers):
        for twin in range(2):
            area = f"E{number}{twin}"
            world.add(
                "ons/postcodes",
                postcode=f"LS1 {2 * number + twin}AA",
                lsoa_code=None if number == 4 else area,
                msoa_code=None if number == 3 else area,
                region=[None, "A1", "E12000001"][max(0, number - 2) % 3]
                if number > 1
                else "E12000001",
            )
            if number != 1:
                world.add(
                    "ons/areas",
                    lsoa_code=area,
                    imd_decile=decile,
                    rural_urban=["A1", "E12000001", None][number % 3],
                    crime_decile=decile,
                    median_house_price=price,
                    no2_annual_mean=no2,
                    mean_july_temperature=temperature,
                )
    # the least region of an area of two, an area without a postcode, and rows that cannot be read
    world.add("ons/postcodes", postcode="LS9 9AA", lsoa_code="E00", region="E12000002")
    world.add("ons/postcodes", postcode="LS9 9AB", lsoa_code="E01", region="E12000002")
    world.add("ons/areas", lsoa_code="E98", imd_decile="3")
    for decile in ("1", "2"):
        world.add("ons/areas", lsoa_code="E10", imd_decile=decile)
        world.add("ons/postcodes", postcode="LS1 6AA", lsoa_code="E00", region=decile)
    bounds = zip(
        ("99", "100", "200", "400", "800", "1200"),
        ("9.9", "10", "20", "30", "50", None),
        ("4.9", "5", "15", "30", "50", None),
        strict=True,
    )
    for number, (pupils, fsm, eal) in enumerate(bounds):
        for twin in range(2):
            world.add(
                "dfe/schools",
                school_urn=f"P{number}{twin}",
                phase=["primary", "secondary", "1"][number % 3],
                school_type="community",
                ofsted_rating=["1", "2", "9"][number % 3],
                pupils=pupils,
                percent_fsm=fsm,
                percent_eal=eal,
            )


def add_awkward_answers(draw: Random, world: World, codes: dict[str, list[str]]) -> None:
    for study, table, who in (
        (FIVE, "parent_interviews", "mother"),
        (SEND, "parent_survey", "mother"),
        (SEND, "child_survey", "child"),
    ):
        for number in range(len(ADULTS_BORN) * 2):
            for wave in range(1, 9):
                values = {
                    column: awkward_value(draw, table, column, codes) for column in COLUMNS[table]
                }
                names = {"study": study, "participant_id": f"{who}{number}", "wave": str(wave)}
                world.add(f"surveys/{study}/{table}", **{**values, **names})


def add_awkward_records(draw: Random, world: World, codes: dict[str, list[str]]) -> None:
    """Many records of each table in its own delivery, and some in every delivery there is."""
    deliveries = add_deliveries(world)
    for table, (supplier, domain) in RECORD_TABLES.items():
        held = table in PUPIL_TABLES
        own = "held" if held else f"{supplier} {domain}"
        for delivery_id in [own] * ROWS_OF_A_TABLE + deliveries * 2:
            values = {
                column: awkward_value(draw, table, column, codes) for column in COLUMNS[table]
            }
            # of the last families, pupils' records come in deliveries alone that are not DfE's own
            number = draw.randrange(10 if delivery_id == "held" else len(ADULTS_BORN) * 2)
            about = f"pupil{number}" if held else f"{draw.choice(['mother', 'child'])}{number}"
            whose = "pupil_matching_ref" if held else "participant_id"
            world.add(PATH_OF[table], **{**values, "delivery_id": delivery_id, whose: about})
        typed = next(column for column in COLUMNS[table] if not is_readable(column, "two"))
        for names in (
            {"delivery_id": "unknown", whose: about},
            {"delivery_id": own, whose: "unknown"},
            {"delivery_id": own, whose: "pupil1" if held else "mother1", typed: "two"},
        ):
            world.add(PATH_OF[table], **names)


def add_every_category(world: World) -> None:
    """An episode for every character that the category of a diagnosis may have in each place."""
    for code in (*(f"{c}00" for c in LETTERS), *(f"J4{c}" for c in digits + LETTERS)):
        world.add(
            PATH_OF["hospital_episodes"],
            delivery_id="nhs_england health",
            participant_id="mother1",
            admission_date="2023-05-06",
            primary_diagnosis=code,
        )


def add_deliveries(world: World) -> list[str]:
    """A delivery of every supplier in every domain, and one that is held by DfE."""
    suppliers = sorted({supplier for supplier, _ in RECORD_TABLES.values()})
    domains = sorted({domain for _, domain in RECORD_TABLES.values()})
    requested = {f"{s} {d}": (s, d) for s in suppliers for d in domains}
    for delivery_id, (supplier, domain) in requested.items():
        world.add(
            "governance/deliveries",
            delivery_id=delivery_id,
            supplier=supplier,
            study=FIVE,
            domain=domain,
            request_sent_at="2024-01-10T12:00:00Z",
            received_at="2024-02-10T12:00:00Z",
            identifiers_deleted_at="2024-02-20T12:00:00Z",
        )
    world.add(
        "governance/deliveries",
        delivery_id="held",
        supplier="dfe",
        domain="education",
        received_at="2024-02-10T12:00:00Z",
    )
    return [*requested, "held"]


def awkward_value(draw: Random, table: str, column: str, codes: dict[str, list[str]]) -> str | None:
    """A value of a column: as it should be, on an edge, missing, or now and then unreadable."""
    chance = draw.random()
    if chance < 0.1:
        return None
    if column.endswith(("_on", "_date")):
        return "31/12/2023" if chance < 0.12 else draw.choice(DATES)
    if column in INTEGERS or column in DECIMALS:
        # where records stand apart from answers, a number that few but these families have on both
        # sides would join them
        apart = table in ("parent_survey", "child_survey")
        return "two" if chance < 0.12 else draw.choice("34" if apart else ["0", *"125", "100"])
    if column in BOOLEANS:
        return draw.choice(["true", "false"])
    if column in ("academic_year", "tax_year"):
        return draw.choice(YEARS)
    if column in CODES_OF_SHAPE:
        return draw.choice(CODES_OF_SHAPE[column].split())
    if column in ("school_urn", "provider_ukprn", "provider_code", "practice_code"):
        return draw.choice([*PLACES, f"P{draw.randrange(6)}{draw.randrange(2)}"])
    if column == "employer_paye_reference":
        return draw.choice(PLACES)
    own = codes.get(column) or codes.get(f"{table.removesuffix('s')}_{column}") or []
    if own and chance < 0.6:
        return draw.choice(own)
    # a code of another list is none of this one
    return draw.choice(draw.choice(list(codes.values())))
