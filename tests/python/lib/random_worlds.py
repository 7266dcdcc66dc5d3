"""Families drawn at random to be awkward, for the project and the oracle to decide alike.

Statements at one instant, on a birthday and the second before, on the last day of a window and the
day after, after `as_of`; restrictions lifted by the wrong person; rows that cannot be read; pupils
that could be two children.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from random import Random

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.python.lib.cases import AS_OF
from tests.python.lib.oracle import (
    BOOLEANS,
    COLUMNS,
    DECIMALS,
    DOMAINS,
    INTEGERS,
    KEYS,
    LISTS,
    NEVER_EMPTY,
    PUPIL_TABLES,
    RECORD_TABLES,
    Row,
    as_date,
    birthday,
    table_of,
)
from tests.python.lib.worlds import (
    FIVE,
    SEND,
    World,
)

# --------------------------------------------------------------------------------------------------
# Drawing a world
# --------------------------------------------------------------------------------------------------

BIRTHS = [
    "2018-11-05",
    "2012-05-05",
    "2008-02-10",  # 16 on the day of a delivery
    "2008-02-29",  # 16 on a leap day, the last of a window
    "2008-07-10",
    "2008-12-01",  # 16 on the day of the build
    "2008-12-02",  # 16 on the day after it
    "2005-01-01",
]
INSTANTS = [
    "2023-11-01T12:00:00Z",
    "2024-01-10T12:00:00Z",
    "2024-02-10T12:00:00Z",
    "2024-02-29T23:59:59Z",  # the last second of six months from 31 August
    "2024-03-01T00:00:00Z",
    "2024-03-01T23:59:59Z",  # and from 1 September
    "2024-07-31T12:00:00Z",
    "2024-08-10T12:00:00Z",
    "2024-12-01T11:59:59Z",
    AS_OF,
    "2024-12-01T12:00:01Z",
]
DAYS = [
    "2023-08-29",
    "2023-08-31",
    "2023-09-01",
    "2024-01-31",
    "2024-06-01",
    "2024-12-01",
    "2024-12-02",
    None,
]
ANSWERS = ["yes", "yes", "yes", "no", "no", "refused", "dont_know"]
REQUESTS = [
    "stop_linkage",
    "stop_linkage",
    "resume_linkage",
    "resume_linkage",
    "delete_linked",
    "delete_linked",
    "delete_linked",
    "restrict",
    "restrict",
    "lift_restriction",
    "lift_restriction",
    "object",
    "erase",
    "rectify",
    "rectify",
    "access",
]
CORRECTIONS = [
    *(("date_of_birth", born) for born in BIRTHS),
    ("date_of_birth", "31/12/2008"),
    ("date_of_birth", None),
    ("postcode", "LS2 2BB"),
    ("first_name", "Robin"),
    ("last_name", "Lake"),
    ("town", "York"),
    ("upn", "UPN9"),
    ("family_id", "elsewhere"),
    (None, "Robin"),
    ("first_name", "   "),
    ("address_line_1", "\u00a0\u2003"),
    ("town", "\t\n\u200b"),
]
BAD_DATES = ["31/12/2023", "2023-02-30", "2023-1-05", " 2023-01-05", "2023-01-05T00:00:00Z"]
BAD_INSTANTS = [
    "2024-01-10",
    "2024-01-10 12:00:00",
    "2024-01-10T12:00:00",
    "2024-02-30T12:00:00Z",
    "2024-01-10T25:00:00Z",
    "2024-01-10T12:00:00+00:00",
    "2024-01-10T12:00:00.000Z",
]
REFERENCES = [
    "participant_id",
    "given_by",
    "records_of",
    "made_by",
    "about",
    "pupil_matching_ref",
    "delivery_id",
]
TABLES_OF_DOMAIN = {
    domain: [table for table, (_, of) in RECORD_TABLES.items() if of == domain]
    for domain in DOMAINS
}
PATH_OF = {table: f"{supplier}/{table}" for table, (supplier, _) in RECORD_TABLES.items()}


def one(draw: Random, *choices: object) -> object:
    return draw.choice(choices)


def seldom(draw: Random, percent: int) -> bool:
    return draw.random() * 100 < percent


@dataclass(repr=False)
class Setting:
    """What the parts of a world have in common while it is drawn."""

    draw: Random
    world: World
    study: str
    instants: list[str]
    family: list[Row]
    outsiders: list[Row]
    subject: str = ""
    domain: str = ""
    answers_of: str = ""

    def when(self) -> str:
        return one(self.draw, *self.instants)

    def member(self) -> str:
        return one(self.draw, *self.family)["participant_id"]

    def anybody(self) -> str:
        if self.outsiders and seldom(self.draw, 25):
            return one(self.draw, *self.outsiders)["participant_id"]
        return self.member()

    def children(self) -> list[Row]:
        return [row for row in self.family if row["role"] == "child"]


def draw_world(draw: Random) -> World:
    world = World()
    study = one(draw, FIVE, SEND)
    born = one(draw, *BIRTHS)
    sixteenth = birthday(as_date(born), 16)
    on_the_birthday = [
        (sixteenth + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")
        for seconds in (-1, 0, 1)
    ]
    instants = [one(draw, *INSTANTS, *on_the_birthday) for _ in range(draw.randint(2, 6))]
    family, outsiders = draw_people(draw, world, study, born)
    setting = Setting(draw, world, study, instants, family, outsiders)
    # Most of what is said is about one linkage, so that what is said meets.
    subject = one(draw, *(setting.children() if study == SEND else family), family[0])
    setting.subject = subject["participant_id"]
    setting.domain = "education"
    if study == FIVE and subject["role"] == "child":
        setting.domain = one(draw, "education", "health", "health", "area")
    elif study == FIVE:
        setting.domain = one(draw, *DOMAINS)
    setting.answers_of = "family" if study == FIVE else one(draw, "parent", "child")

    if seldom(draw, 80):
        draw_first_yes(setting, sixteenth.strftime("%Y-%m-%dT%H:%M:%SZ"))
    for _ in range(draw.randint(0, 4)):
        draw_permission(setting)
    for _ in range(one(draw, 0, 0, 1, 1, 2, 4)):
        draw_request(setting)
    draw_answers(setting)
    draw_register(setting)
    draw_deliveries(setting)
    draw_governance(setting)
    for _ in range(one(draw, 0, 0, 0, 1, 1, 3)):
        spoil(setting)
    return world


def draw_people(draw: Random, world: World, study: str, born: str) -> tuple[list[Row], list[Row]]:
    family, outsiders = [], []
    for adult in one(draw, ["mother"], ["mother", "father"], ["mother", "father", "carer"]):
        family.append(
            world.add_participant(
                study,
                adult,
                role={"carer": "parental_carer"}.get(adult, adult),
                parental_responsibility=one(draw, *["true"] * 6, "false", None),
            )
        )
    if not seldom(draw, 5):
        family.append(
            world.add_participant(study, "child", date_of_birth=born, upn=one(draw, "UPN1", None))
        )
        if seldom(draw, 25):
            family.append(
                world.add_participant(
                    study,
                    "child2",
                    role="child",
                    first_name=one(draw, "Child", "Sam"),
                    date_of_birth=one(draw, born, *BIRTHS),
                    upn=one(draw, "UPN1", "UPN2"),
                )
            )
    for row in family:
        if row["role"] == "child" and study == SEND:
            row["upn"] = None
    if seldom(draw, 10):
        one(draw, *family)["invited_on"] = one(draw, "2023-08-31", "2023-09-01", None, "2030-01-01")
    if seldom(draw, 25):
        outsiders.append(
            world.add_participant(study, "stranger", role="father", family_id="elsewhere")
        )
        outsiders.append(
            world.add_participant(
                study,
                "their_child",
                first_name="Robin",
                role="child",
                family_id="elsewhere",
                date_of_birth=born,
            )
        )
    if seldom(draw, 15):
        # Ids are unique within a study alone: here is somebody else of the same ids in the other.
        other = SEND if study == FIVE else FIVE
        for row in family:
            twin = {**row, "study": other}
            if row["role"] == "child" and other == FIVE:
                twin["upn"] = "UPN1"
            world.rows.setdefault(f"surveys/{other}/participants", []).append(twin)
    return family, outsiders


def draw_first_yes(setting: Setting, sixteenth: str) -> None:
    """What most families say at first: without it there would be little to stop or to lose."""
    draw = setting.draw
    at = one(draw, min(setting.instants), "2023-10-15T09:00:00Z")
    child = setting.subject in [row["participant_id"] for row in setting.children()]
    giver = "mother" if child and at < sixteenth else setting.subject
    both = ["parent", "child"] if seldom(draw, 60) else [setting.answers_of]
    for answers_of in ["family"] if setting.study == FIVE else both:
        setting.world.add_permission(
            setting.study,
            given_by=giver,
            records_of=setting.subject,
            domain=setting.domain,
            answers_of=answers_of,
            answer="yes",
            answered_at=at,
        )


def draw_permission(setting: Setting) -> None:
    draw, study = setting.draw, setting.study
    if seldom(draw, 75):
        subject, domain = setting.subject, setting.domain
        answers_of = setting.answers_of
    else:
        subject, domain = setting.member(), one(draw, *DOMAINS)
        answers_of = "family" if study == FIVE else one(draw, "parent", "child")
    setting.world.add_permission(
        study,
        given_by=subject if seldom(draw, 30) else setting.anybody(),
        records_of=subject,
        domain=domain,
        answers_of=answers_of,
        answer=one(draw, *ANSWERS),
        answered_at=setting.when(),
        wave=one(draw, "1", None),
    )


def draw_request(setting: Setting) -> None:
    draw = setting.draw
    request_type = one(draw, *REQUESTS)
    field, new_value = one(draw, *CORRECTIONS) if request_type == "rectify" else (None, None)
    about = setting.subject if seldom(draw, 60) else setting.anybody()
    setting.world.add_request(
        setting.study,
        made_by=about if seldom(draw, 25) else setting.anybody(),
        about=about,
        scope=one(draw, "person", "person", "family"),
        domain=one(draw, setting.domain, "all", "all", "benefits"),
        request_type=request_type,
        received_at=setting.when(),
        field=field,
        new_value=new_value,
    )


def draw_answers(setting: Setting) -> None:
    draw = setting.draw
    for wave in range(1, 1 + draw.randint(0, 3)):
        for row in setting.family:
            # Only parents are interviewed in five_to_twelve.
            if (setting.study == SEND or row["role"] != "child") and seldom(draw, 60):
                setting.world.add_answers(
                    setting.study, row["participant_id"], wave, one(draw, *DAYS)
                )
            if setting.study == SEND and seldom(draw, 8):
                # in the other's questionnaire
                table = "parent_survey" if row["role"] == "child" else "child_survey"
                setting.world.add(
                    f"surveys/{SEND}/{table}",
                    study=SEND,
                    participant_id=row["participant_id"],
                    wave=wave,
                    completed_on=one(draw, *DAYS, "2024-12-02", "2024-12-31", *BAD_DATES),
                )


def draw_register(setting: Setting) -> None:
    draw, world = setting.draw, setting.world
    references = []
    for number, child in enumerate(setting.children()):
        reference = f"pupil{number}"
        kind = one(draw, *["same"] * 6, "loosely", "near", "corrected", "two", "two", "none")
        if kind == "none":
            continue
        references.append(reference)
        pupil = world.add_pupil(child, reference)
        if kind == "loosely":
            pupil["forename"] = f"  {child['first_name'].upper()} "
            pupil["postcode"] = "ls1   1aa "
            pupil["address_line_1"] = "1  high street"
        if kind == "corrected":
            for row in world.rows.get(f"surveys/{setting.study}/requests", []):
                column = {"first_name": "forename", "last_name": "surname"}.get(
                    row["field"], row["field"]
                )
                if column in ("forename", "surname", "date_of_birth", "town", "postcode"):
                    pupil[column] = row["new_value"]
        if kind == "near":
            column, value = one(
                draw,
                ("forename", "Chid"),
                ("date_of_birth", "2018-11-06"),
                ("postcode", "LS1 1AB"),
                ("town", None),
                ("address_line_1", "2 High Street"),
                ("upn", "UPN8"),
                ("surname", None),
                ("gender", "F"),
            )
            pupil[column] = value
        if kind == "two":
            references.append(f"{reference}b")
            world.add_pupil(child, f"{reference}b")
    if references and seldom(draw, 40):
        for _ in range(draw.randint(1, 3)):
            world.add(
                f"surveys/{setting.study}/clerical_decisions",
                study=setting.study,
                participant_id=one(
                    draw, *(setting.family if seldom(draw, 10) else setting.children())
                )["participant_id"],
                pupil_matching_ref=one(draw, *references),
                decision=one(draw, "match", "match", "no_match"),
                decided_by="clerk",
                decided_at=setting.when(),
            )


def draw_deliveries(setting: Setting) -> None:
    draw, world = setting.draw, setting.world
    for number in range(one(draw, 0, 1, 2, 2, 3)):
        delivery_id = f"D{number}"
        domain = setting.domain if seldom(draw, 90) else one(draw, *DOMAINS)
        table = one(draw, *(TABLES_OF_DOMAIN[domain] or PUPIL_TABLES))
        child = setting.subject in [row["participant_id"] for row in setting.children()]
        if domain == "education":
            table = one(draw, *PUPIL_TABLES) if child else one(draw, table, "adult_learning")
        supplier, domain = RECORD_TABLES[table]
        sent_at, received_at, deleted_at = sorted(setting.when() for _ in range(3))
        if seldom(draw, 40):
            sent_at, received_at, deleted_at = INSTANTS[1:4]
        held = table in PUPIL_TABLES
        world.add(
            "governance/deliveries",
            delivery_id=delivery_id,
            supplier=supplier,
            study=None if held else setting.study,
            domain=domain,
            request_sent_at=None if held else sent_at,
            received_at=received_at,
            identifiers_deleted_at=(None if held or seldom(draw, 10) else deleted_at),
        )
        # So many records that the number published shows which deliveries they came with.
        for record in range(2**number):
            add_record(setting, table, delivery_id, record)
        if seldom(draw, 10):
            add_record(setting, one(draw, *RECORD_TABLES), delivery_id, 0)


def add_record(setting: Setting, table: str, delivery_id: str, number: int) -> None:
    draw, world = setting.draw, setting.world
    columns = COLUMNS[table]
    values: dict[str, str | None] = {"delivery_id": delivery_id}
    if "pupil_matching_ref" in columns:
        pupils = [row["pupil_matching_ref"] for row in world.rows.get("dfe/pupils", [])]
        if not pupils and number:
            return
        values["pupil_matching_ref"] = pupils[0] if pupils else "unknown"
        if len(pupils) > 1 and number == 0:
            values["pupil_matching_ref"] = one(draw, *pupils)
    else:
        # The first record of a delivery may be anybody's; the others are the subject's.
        anybody = number == 0 and seldom(draw, 50)
        values["participant_id"] = setting.member() if anybody else setting.subject
    for column in columns:
        if column in ("started_on", "event_date", "admission_date", "prescribed_on"):
            values[column] = "2023-05-06"
        if column in ("academic_year", "tax_year"):
            values[column] = "2022/23"
        if column == "event_type":
            values[column] = "death"
    world.add(PATH_OF[table], **values)


def draw_governance(setting: Setting) -> None:
    draw, world = setting.draw, setting.world
    if seldom(draw, 50):
        postcode = one(draw, "LS1 1AA", "ls1  1aa", "LS2 2BB")
        world.add("ons/postcodes", postcode=postcode, lsoa_code="E01", msoa_code="E02")
        if seldom(draw, 50):
            world.add("ons/areas", lsoa_code="E01", imd_decile="3")
    for _ in range(one(draw, 0, 0, 1, 3)):
        world.add(
            "governance/shared_records",
            release_id="release",
            project_id="project",
            shared_at=setting.when(),
            study=setting.study,
            participant_id=setting.subject if seldom(draw, 50) else setting.member(),
            domain=setting.domain if seldom(draw, 60) else one(draw, *DOMAINS),
        )


# -- Faulty rows -----------------------------------------------------------------------------------


def spoil(setting: Setting) -> None:
    """Make one landed row faulty, in one of the ways in which rows are."""
    draw, world = setting.draw, setting.world
    path = one(draw, *sorted(path for path, rows in world.rows.items() if rows))
    table = table_of(path)
    row = one(draw, *world.rows[path])
    kinds = ["copy", "conflict", "empty", "value", "value", "value", "reference", "move", "study"]
    kind = one(draw, *kinds)
    if kind == "copy":
        world.rows[path].append(dict(row))
    elif kind == "conflict" and table in KEYS:
        column = one(draw, *(c for c in COLUMNS[table] if c not in KEYS[table]))
        world.rows[path].append({**row, column: None if row[column] else "other"})
    elif kind == "empty" and table != "shared_records":
        columns = [*KEYS.get(table, ()), *NEVER_EMPTY.get(table, ())]
        if table == "participants":
            columns.append("date_of_birth")
        if table == "deliveries":
            columns += ["study", "request_sent_at"]
        if table == "clerical_decisions":
            columns += ["decision", "decided_at"]
        if columns:
            row[one(draw, *columns)] = None
    elif kind == "value":
        column = one(draw, *COLUMNS[table])
        bad = bad_value(draw, column)
        if bad is not None:
            row[column] = bad
    elif kind == "reference":
        columns = [c for c in COLUMNS[table] if c in REFERENCES and c not in KEYS.get(table, ())]
        if table == "deliveries":
            row["domain"] = one(draw, *DOMAINS)
        elif columns:
            column = one(draw, *columns)
            row[column] = one(draw, "nobody", (row[column] or "x").upper(), f"{row[column]} ")
    elif kind == "move":
        # The folder's name is for people: the study column decides.
        other = path.replace(FIVE, SEND) if FIVE in path else path.replace(SEND, FIVE)
        if other != path and table in ("participants", "permissions", "requests"):
            world.rows[path].remove(row)
            world.rows.setdefault(other, []).append(row)
    elif kind == "study" and "study" in row:
        row["study"] = one(draw, "five_to_twelv", f"{row['study']} ", None)


def bad_value(draw: Random, column: str) -> str | None:
    if column == "date_of_birth" or column.endswith(("_on", "_date")):
        return one(draw, *BAD_DATES)
    if column.endswith("_at"):
        return one(draw, *BAD_INSTANTS)
    if column in INTEGERS:
        return one(draw, "two", "1.5")
    if column in DECIMALS:
        return one(draw, "lots", "1,5")
    if column in BOOLEANS:
        return one(draw, "yes", "maybe")
    if column in LISTS or column == "answers_of":
        return one(draw, "other", f" {LISTS.get(column, ['family'])[0]}", "YES")
    return None


def draw_worlds(count: int) -> list[World]:
    """The same worlds every time: what is tested changes only when this file does.

    Each is drawn evenly from a seed of hypothesis's choosing. Left to choose every part itself it
    would start from the simplest, and few worlds would have enough in them to go wrong.
    """
    drawn: list[World] = []

    @settings(
        max_examples=count,
        database=None,
        derandomize=True,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.randoms(use_true_random=True))
    def collect(draw: Random) -> None:
        drawn.append(draw_world(draw))

    collect()
    return drawn[:count]
