"""A second reading of the rules, in plain Python, to judge the build by.

It shares no code with the models but the declaration of what may be landed, and knows nothing of
how they work: it walks over the people, their statements and the instants one by one, as somebody
would who had only the rules and a pen. It is slow on purpose. Where a sentence of the rules became
a line of code, the two should be readable side by side.

All instants are naive datetimes in UTC.
"""

from __future__ import annotations

import calendar
import math
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache, cached_property

from studylink import contract

Row = dict[str, str | None]
Landing = Mapping[str, Sequence[Row]]

# --------------------------------------------------------------------------------------------------
# What lands
# --------------------------------------------------------------------------------------------------

# What may be landed is read where it is declared: a new table is judged from its first build.
TABLES = {table.name: table for table in contract.landed_tables()}
# Columns in the order in which they are documented: faults are named in that order.
COLUMNS: dict[str, list[str]] = {name: list(table.columns) for name, table in TABLES.items()}
STUDY_FOLDERS = ("five_to_twelve", "send_futures")
# The files of the landing zone, by their path without the extension.
PATHS: list[str] = [
    table.landed_as.replace("*", study)
    for table in TABLES.values()
    for study in (STUDY_FOLDERS if "*" in table.landed_as else ("",))
]
KEYS = {name: table.key for name, table in TABLES.items() if table.key}

PUPIL_TABLES = tuple(table.name for table in contract.of_kind(contract.PUPIL_RECORDS))
# With the column that says when somebody took part.
ANSWER_TABLES = {table.name: table.dated for table in contract.of_kind(contract.ANSWERS)}
SURVEY_TABLES = tuple(table.name for table in TABLES.values() if table.schema == "surveys")
# Whose answers are asked in each study, whether or not a policy links records to them.
ANSWERS_ASKED = {"five_to_twelve": ("family",), "send_futures": ("parent", "child")}
# Which agency sends a record table, and of which domain its records are.
RECORD_TABLES = {
    table.name: (table.schema, table.domain)
    for table in contract.of_kind(contract.PUPIL_RECORDS, contract.AGENCY_RECORDS)
}
# Those whose every row is about somebody.
RESEARCH_TABLES: dict[str, tuple[str, ...]] = {
    study: tuple(
        name
        for name in ("participants", *ANSWER_TABLES, *RECORD_TABLES, "areas")
        if (contract.PROJECT / "models" / "marts" / study / f"{study}__{name}.sql").exists()
    )
    for study in STUDY_FOLDERS
}

# Besides the keys. (A child's date of birth is the one that depends on another column.)
NEVER_EMPTY: dict[str, tuple[str, ...]] = {
    name: tuple(
        column.name for column in table.declared if column.required and column.name not in table.key
    )
    for name, table in TABLES.items()
}

# A request may be of all domains; every other list is the same wherever its column stands.
LISTS: dict[str, tuple[str, ...]] = {
    column.name: column.listed
    for name, table in TABLES.items()
    for column in table.declared
    if column.listed and (name, column.name) != ("requests", "domain")
}
DOMAINS = LISTS["domain"]


def of_type(data_type: str) -> frozenset[str]:
    return frozenset(
        column.name
        for table in TABLES.values()
        for column in table.declared
        if column.data_type == data_type
    )


INTEGERS = of_type("integer")
DECIMALS = of_type("decimal")
BOOLEANS = of_type("boolean")


def words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


# What agencies write for a date that is not known.
PLACEHOLDER_DATES = words("1582-10-15 1600-01-01 1800-01-01 1801-01-01 1900-01-01 9999-12-31")

MAY_BE_RECTIFIED = (
    "title",
    "first_name",
    "last_name",
    "date_of_birth",
    "sex",
    "address_line_1",
    "address_line_2",
    "town",
    "postcode",
    "email",
    "phone",
)

# The policy seeds as shipped.
STUDIES: list[Row] = [
    {
        "study": "five_to_twelve",
        "own_decision_age": "16",
        "deletion_window_months": "6",
        "main_survey_started_on": "2023-09-01",
    },
    {
        "study": "send_futures",
        "own_decision_age": "16",
        "deletion_window_months": "",
        "main_survey_started_on": "",
    },
]
LINKAGE_POLICIES: list[Row] = [
    dict(
        zip(("study", "domain", "records_of_role", "answers_of", "mode"), line.split(), strict=True)
    )
    for line in (
        "five_to_twelve education child family standard",
        "five_to_twelve education adult family standard",
        "five_to_twelve health child family permission",
        "five_to_twelve health adult family permission",
        "five_to_twelve employment_tax adult family permission",
        "five_to_twelve benefits adult family permission",
        "five_to_twelve area child family standard",
        "five_to_twelve area adult family standard",
        "send_futures education child parent permission",
        "send_futures education child child permission",
    )
]


def table_of(path: str) -> str:
    """The table that a landed path holds: survey tables come in a folder for each study."""
    return path.rsplit("/", 1)[-1]


@cache
def as_date(value: str) -> date | None:
    """The date, if the value is one in exactly the form YYYY-MM-DD."""
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


@cache
def as_instant(value: str) -> datetime | None:
    """The instant, if the value is one in exactly the form YYYY-MM-DDTHH:MM:SSZ."""
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z", value):
        return None
    try:
        return datetime.strptime(value, "%Y-%m-%dT%H:%M:%SZ")
    except ValueError:
        return None


def is_readable(column: str, value: str) -> bool:
    """Whether a value parses as the type that its column's name gives it."""
    if column == "date_of_birth" or column.endswith(("_on", "_date", "_from", "_until")):
        return as_date(value) is not None
    if column.endswith("_at"):
        return as_instant(value) is not None
    if column in INTEGERS:
        return re.fullmatch(r"-?[0-9]+", value) is not None and fits_a_double(value)
    if column in DECIMALS:
        return re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", value) is not None and fits_a_double(value)
    if column in BOOLEANS:
        return value in ("true", "false")
    return True


def is_blank(value: str) -> bool:
    """Whether there is nothing to be seen: white space, controls and formats of any script."""
    return all(unicodedata.category(character)[0] in "ZC" for character in value)


def fits_a_double(number: str) -> bool:
    return math.isfinite(float(number))


def loosely(value: str | None) -> str | None:
    """A name or postcode as it is compared: without regard to case and to needless spaces."""
    if not value:
        return None
    return " ".join(part for part in value.split(" ") if part).casefold()


def birthday(date_of_birth: date, age: int) -> datetime:
    """The first instant of the birthday on which somebody reaches an age."""
    year = date_of_birth.year + age
    if (date_of_birth.month, date_of_birth.day) == (2, 29) and not calendar.isleap(year):
        return datetime(year, 2, 28)
    return datetime(year, date_of_birth.month, date_of_birth.day)


def months_later(day: date, months: int) -> date:
    """The same day some calendar months on, or the last of the month where it has none."""
    count = day.year * 12 + day.month - 1 + months
    year, month = count // 12, count % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


# --------------------------------------------------------------------------------------------------
# People, what they say, and what comes of it
# --------------------------------------------------------------------------------------------------

PersonKey = tuple[str, str]  # study, participant_id


@dataclass(eq=False)
class Person:
    """A known participant: landed values in `landed`, corrected ones in `corrected`."""

    study: str
    participant_id: str
    family_id: str
    is_child: bool
    parental_responsibility: bool
    landed: Row
    corrected: Row

    @property
    def key(self) -> PersonKey:
        return self.study, self.participant_id

    @property
    def family(self) -> tuple[str, str]:
        return self.study, self.family_id


@dataclass(frozen=True)
class Linkage:
    """Whose records, of which domain, are added to whose answers."""

    study: str
    participant_id: str
    domain: str
    answers_of: str
    mode: str

    @property
    def key(self) -> tuple[str, str, str, str]:
        return self.study, self.participant_id, self.domain, self.answers_of


@dataclass(frozen=True)
class Statement:
    """What one member of the family said about a linkage at one instant."""

    by: str
    at: datetime
    says: str  # no, neutral or yes
    kind: str  # deletion, stop, refusal, or other


@dataclass(frozen=True)
class Stance:
    """A member's latest statement. `kinds` are those of the `no`s they said at that instant."""

    by: str
    at: datetime
    says: str
    kinds: tuple[str, ...]


@dataclass(frozen=True)
class Requested:
    """A request to an agency, as the request log has it: who was in it, if the key can tell."""

    request_id: str
    supplier: str
    study: str
    domain: str
    as_of: datetime
    people: frozenset[str]
    is_readable: bool = True


@dataclass(frozen=True)
class Check:
    """The checks of a delivery that answers a request; people are counted."""

    request_id: str | None
    request_known_from: str
    people: int
    people_in_request: int
    people_not_requested: int
    people_permitted_at_receipt: int
    people_withdrawn_meanwhile: int
    records_of_unknown_people: int
    is_flagged: bool
    identifiers_deleted_at: datetime | None
    is_certificate_missing: bool
    certificate_days_missing: int | None


@dataclass
class Verdict:
    """Everything that the rules decide about a landing, at one moment."""

    decisions: dict[tuple[str, str, str, str], tuple[bool, str, datetime | None]]
    request_outcomes: dict[tuple[str, str], tuple[str, str | None]]
    quarantined: dict[tuple[str, int], str]
    quarantine_reasons: dict[tuple[str, int], str]
    rows: dict[tuple[str, str, str], int]
    linked_child: dict[tuple[str, str], bool]
    matches: dict[PersonKey, str]
    identities: dict[PersonKey, tuple[str | None, ...]]
    known: set[PersonKey]
    erased: set[PersonKey]
    inactive: set[PersonKey]
    participations: dict[tuple[str, str], list[date]]
    pilot: set[tuple[str, str]]
    unreadable: set[tuple[str, str]]
    checks: dict[str, Check]
    to_destroy: dict[str, tuple[int, int]]
    people_to_destroy: set[tuple[str, str, str]]
    record_fates: dict[tuple[str, str], int]
    to_purge: dict[str, int]
    requestable: set[tuple[str, str, str, str]]


def judge(
    landing: Landing,
    as_of: datetime,
    studies: Sequence[Row] = STUDIES,
    linkage_policies: Sequence[Row] = LINKAGE_POLICIES,
    found_alike: Collection[tuple[str, str, str]] | None = None,
    requested: Sequence[Requested] = (),
) -> Verdict:
    """Read a landing as at one moment, under the policy seeds; `requested` is the request log.

    Which pupil a child is by names, date of birth and address is a likelihood, which is no matter
    of rules: `found_alike` has what was found, as study, child and pupil. Without it, a child
    who agrees in everything is found.
    """
    return Reading(landing, as_of, studies, linkage_policies, found_alike, requested).verdict()


class Reading:
    """One landing, read once. The order of the methods is that of the rules."""

    def __init__(
        self,
        landing: Landing,
        as_of: datetime,
        studies: Sequence[Row],
        linkage_policies: Sequence[Row],
        found_alike: Collection[tuple[str, str, str]] | None,
        requested: Sequence[Requested],
    ) -> None:
        self.found_alike = found_alike
        self.as_of = as_of.astimezone(UTC).replace(tzinfo=None) if as_of.tzinfo else as_of
        self.studies = {study["study"]: study for study in studies}
        self.policies = linkage_policies
        self.requested = requested
        self.usable: dict[tuple, bool] = {}
        self.landing = {
            path: [
                {column: row.get(column) or None for column in COLUMNS[table_of(path)]}
                for row in landing[path]
            ]
            for path in sorted(landing)
        }
        self.faults: dict[tuple[str, int], tuple[str, str | None]] = {}
        self.find_row_faults()
        self.meet_the_people()
        self.find_faults_between_rows()
        self.correct_the_people()
        self.find_unreadable_families()
        self.match_pupils()

    # -- What is quarantined -----------------------------------------------------------------------

    def all_rows(self, table: str) -> list[tuple[str, int, Row]]:
        """Every landed row of a table, from all folders, with its place."""
        return [
            (path, number, row)
            for path, rows in self.landing.items()
            if table_of(path) == table
            for number, row in enumerate(rows, start=1)
        ]

    def sound_rows(self, table: str) -> list[Row]:
        """The rows of a table that are not quarantined (or not yet)."""
        return [
            row for path, number, row in self.all_rows(table) if (path, number) not in self.faults
        ]

    def find_row_faults(self) -> None:
        for table in COLUMNS:
            self.compare_keys(table)
            for path, number, row in self.all_rows(table):
                if (path, number) not in self.faults:
                    fault = self.value_fault(table, row)
                    if fault:
                        self.faults[path, number] = fault

    def compare_keys(self, table: str) -> None:
        """Copies count once; rows that share a key and differ are all out."""
        if table not in KEYS:
            return
        sharing: dict[tuple, list[tuple[str, int, Row]]] = defaultdict(list)
        for path, number, row in self.all_rows(table):
            key = tuple(self.as_key(column, row[column]) for column in KEYS[table])
            if None not in key:
                sharing[key].append((path, number, row))
        for rows in sharing.values():
            different: list[tuple[str, int, Row]] = []
            for path, number, row in rows:
                others = [c for c in COLUMNS[table] if c not in KEYS[table]]
                if any(all(row[c] == other[c] for c in others) for _, _, other in different):
                    self.faults[path, number] = ("duplicate", None)
                else:
                    different.append((path, number, row))
            if len(different) > 1:
                for path, number, _ in different:
                    self.faults[path, number] = ("conflicting_key", None)

    @staticmethod
    def as_key(column: str, value: str | None) -> str | None:
        """A value as it compares in a key: postcodes loosely, numbers as numbers."""
        if column == "postcode":
            return loosely(value)
        if column in INTEGERS and value and re.fullmatch(r"-?[0-9]+", value):
            digits = value.removeprefix("-").lstrip("0") or "0"
            return f"-{digits}" if value.startswith("-") and digits != "0" else digits
        return value

    def value_fault(self, table: str, row: Row) -> tuple[str, str] | None:
        """The first column that is empty, cannot be read, or is outside its list."""
        for column in COLUMNS[table]:
            value = row[column]
            if value is None:
                needed = column in KEYS.get(table, ()) or column in NEVER_EMPTY.get(table, ())
                if (table, column) == ("participants", "date_of_birth"):
                    needed = row["role"] == "child"
                if needed:
                    return "empty", column
                continue
            if not is_readable(column, value):
                return "unreadable", column
            if value not in self.listed(table, column, row):
                return "unlisted", column
        return None

    def listed(self, table: str, column: str, row: Row) -> Sequence[str]:
        """The values a column may have; if none are listed, those it has."""
        if column == "study" and table in SURVEY_TABLES:
            return list(self.studies)
        if column == "answers_of":
            return [
                *(
                    policy["answers_of"]
                    for policy in self.policies
                    if policy["study"] == row["study"]
                ),
                *ANSWERS_ASKED.get(row["study"], ()),
            ]
        if (table, column) == ("requests", "domain"):
            return (*DOMAINS, "all")
        return LISTS.get(column, (row[column],))

    def meet_the_people(self) -> None:
        """Known participants, families, pupils and deliveries: those whose own row is sound."""
        self.people: dict[PersonKey, Person] = {}
        self.families: dict[tuple[str, str], list[Person]] = defaultdict(list)
        for row in self.sound_rows("participants"):
            person = Person(
                study=row["study"],
                participant_id=row["participant_id"],
                family_id=row["family_id"],
                is_child=row["role"] == "child",
                parental_responsibility=row["parental_responsibility"] == "true",
                landed=row,
                corrected=dict(row),
            )
            self.people[person.key] = person
            self.families[person.family].append(person)
        self.pupils = {row["pupil_matching_ref"]: row for row in self.sound_rows("pupils")}

    def find_faults_between_rows(self) -> None:
        for path, number, row in self.all_rows("deliveries"):
            incomplete = row["study"] is None or row["request_sent_at"] is None
            if incomplete and not self.is_held_by_dfe(row):
                self.faults.setdefault((path, number), ("incomplete_delivery", None))
        self.deliveries = {row["delivery_id"]: row for row in self.sound_rows("deliveries")}

        between = {
            "permissions": self.permission_fault,
            "requests": self.request_fault,
            "clerical_decisions": self.clerical_fault,
            **dict.fromkeys((*ANSWER_TABLES, "shared_records"), self.participant_fault),
        }
        for table, fault_of in between.items():
            for path, number, row in self.all_rows(table):
                if (path, number) not in self.faults:
                    fault = fault_of(row)
                    if fault:
                        self.faults[path, number] = (fault, None)
        for table in RECORD_TABLES:
            for path, number, row in self.all_rows(table):
                if (path, number) not in self.faults:
                    fault = self.record_fault(table, row)
                    if fault:
                        self.faults[path, number] = (fault, None)

    @staticmethod
    def is_held_by_dfe(delivery: Row) -> bool:
        """DfE holds the national pupil tables anyway: nobody was asked for them."""
        return (
            delivery["supplier"] == "dfe"
            and delivery["domain"] == "education"
            and delivery["study"] is None
            and delivery["request_sent_at"] is None
        )

    def participant_fault(self, row: Row) -> str | None:
        known = (row["study"], row["participant_id"]) in self.people
        return None if known else "unknown_participant"

    def permission_fault(self, row: Row) -> str | None:
        giver = self.people.get((row["study"], row["given_by"]))
        subject = self.people.get((row["study"], row["records_of"]))
        if giver is None or subject is None:
            return "unknown_participant"
        return None if giver.family == subject.family else "outside_the_family"

    def request_fault(self, row: Row) -> str | None:
        # One from outside the family is no fault here: it is answered, and void.
        maker = (row["study"], row["made_by"])
        about = (row["study"], row["about"])
        return None if maker in self.people and about in self.people else "unknown_participant"

    def clerical_fault(self, row: Row) -> str | None:
        if (row["study"], row["participant_id"]) not in self.people:
            return "unknown_participant"
        return None if row["pupil_matching_ref"] in self.pupils else "unknown_pupil"

    def record_fault(self, table: str, row: Row) -> str | None:
        delivery = self.deliveries.get(row["delivery_id"])
        if delivery is None:
            return "unknown_delivery"
        if (delivery["supplier"], delivery["domain"]) != RECORD_TABLES[table]:
            return "delivery_mismatch"
        if self.is_held_by_dfe(delivery) != (table in PUPIL_TABLES):
            return "delivery_mismatch"
        if table in PUPIL_TABLES:
            return None if row["pupil_matching_ref"] in self.pupils else "unknown_pupil"
        person = self.people.get((delivery["study"], row["participant_id"]))
        if person is None:
            return "unknown_participant"
        if table == "adult_learning" and person.is_child:
            return "child_in_adult_learning"
        return None

    # -- Who is who --------------------------------------------------------------------------------

    def decides_from(self, person: Person, on_landed: bool = False) -> datetime | None:
        """The instant from which a child decides for themself; adults always have."""
        if not person.is_child:
            return None
        row = person.landed if on_landed else person.corrected
        age = int(self.studies[person.study]["own_decision_age"])
        return birthday(as_date(row["date_of_birth"]), age)

    def decides(self, person: Person, at: datetime, on_landed: bool = False) -> bool:
        """Whether somebody decides for themself: an adult, or from that birthday on."""
        return not person.is_child or at >= self.decides_from(person, on_landed)

    def young_children(
        self, family: tuple[str, str], at: datetime, on_landed: bool = False
    ) -> list[Person]:
        return [
            person for person in self.families[family] if not self.decides(person, at, on_landed)
        ]

    def happened(self, table: str, column: str) -> list[Row]:
        """The sound rows of a table that are not dated after `as_of`."""
        return [row for row in self.sound_rows(table) if as_instant(row[column]) <= self.as_of]

    # -- Whom a request covers ---------------------------------------------------------------------

    def covered(self, request: Row) -> list[Person]:
        """The people whom a request covers; nobody if it came from outside the family."""
        maker = self.people[request["study"], request["made_by"]]
        about = self.people[request["study"], request["about"]]
        if maker.family != about.family:
            return []
        family_wide = request["scope"] == "family"
        about_themself = maker.key == about.key

        if maker.is_child:
            return [maker] if family_wide or about_themself else []
        if request["request_type"] in ("stop_linkage", "delete_linked", "resume_linkage"):
            return self.families[maker.family] if family_wide else [about]

        # Who may correct anything does not depend on the date of birth as corrected.
        on_landed = request["request_type"] == "rectify"
        received_at = as_instant(request["received_at"])
        young = self.young_children(maker.family, received_at, on_landed)
        if family_wide:
            return [maker, *young]
        return [maker] if about_themself else [child for child in young if child.key == about.key]

    @cached_property
    def requests_by_family(self) -> dict[tuple[str, str], list[Row]]:
        requests = defaultdict(list)
        for row in self.happened("requests", "received_at"):
            requests[self.people[row["study"], row["made_by"]].family].append(row)
        return requests

    def requests_covering(self, person: Person, *request_types: str) -> list[Row]:
        """The requests of a type that have come and cover somebody."""
        return [
            row
            for row in self.requests_by_family[person.family]
            if row["request_type"] in request_types
            and any(covered.key == person.key for covered in self.covered(row))
        ]

    # -- Rectification -----------------------------------------------------------------------------

    @staticmethod
    def can_be_rectified(request: Row) -> bool:
        column, value = request["field"], request["new_value"]
        if column not in MAY_BE_RECTIFIED or value is None or is_blank(value):
            return False
        return is_readable(column, value) and value in LISTS.get(column, (value,))

    def correct_the_people(self) -> None:
        for person in self.people.values():
            corrections = filter(self.can_be_rectified, self.requests_covering(person, "rectify"))
            for row in sorted(
                corrections, key=lambda row: (as_instant(row["received_at"]), row["request_id"])
            ):
                person.corrected[row["field"]] = row["new_value"]

    # -- Who is out --------------------------------------------------------------------------------

    def objected_at(self, person: Person) -> datetime | None:
        """The first objection."""
        return min(
            (as_instant(row["received_at"]) for row in self.requests_covering(person, "object")),
            default=None,
        )

    def is_erased(self, person: Person) -> bool:
        return bool(self.requests_covering(person, "erase"))

    def restricted_at(self, person: Person) -> datetime | None:
        """The earliest restriction that is still in force."""
        lifts = self.requests_covering(person, "lift_restriction")
        in_force = [
            as_instant(restriction["received_at"])
            for restriction in self.requests_covering(person, "restrict")
            if not any(self.lifts(lift, restriction, person) for lift in lifts)
        ]
        return min(in_force, default=None)

    def lifts(self, lift: Row, restriction: Row, person: Person) -> bool:
        lifted_at = as_instant(lift["received_at"])
        if lifted_at <= as_instant(restriction["received_at"]):
            return False  # at the same instant the restriction wins
        if lift["made_by"] == restriction["made_by"]:
            return True
        return lift["made_by"] == person.participant_id and self.decides(person, lifted_at)

    def is_active(self, person: Person) -> bool:
        return (
            self.objected_at(person) is None
            and not self.is_erased(person)
            and self.restricted_at(person) is None
        )

    def is_pilot(self, family: tuple[str, str]) -> bool:
        started_on = self.studies[family[0]]["main_survey_started_on"]
        if not started_on:
            return False
        return any(
            person.landed["invited_on"] is None
            or as_date(person.landed["invited_on"]) < as_date(started_on)
            for person in self.families[family]
        )

    def find_unreadable_families(self) -> None:
        """Families named by a row that could not be read: it may have been a no."""
        self.unreadable: set[tuple[str, str]] = set()
        naming = {
            "participants": ("participant_id",),
            "permissions": ("given_by", "records_of"),
            "requests": ("made_by", "about"),
        }
        for table, columns in naming.items():
            for path, number, row in self.all_rows(table):
                if (path, number) not in self.faults:
                    continue
                category, _ = self.faults[path, number]
                if category in ("duplicate", "outside_the_family"):
                    continue
                # A row that does not say its study, or says one there is not, may mean any.
                for study in [row["study"]] if row["study"] in self.studies else self.studies:
                    if table == "participants" and (study, row["family_id"]) in self.families:
                        self.unreadable.add((study, row["family_id"]))
                    for column in columns:
                        person = self.people.get((study, row[column]))
                        if person:
                            self.unreadable.add(person.family)

    # -- Linkages, statements, stances -------------------------------------------------------------

    def linkages(self, person: Person) -> list[Linkage]:
        role = "child" if person.is_child else "adult"
        return [
            Linkage(
                person.study,
                person.participant_id,
                policy["domain"],
                policy["answers_of"],
                policy["mode"],
            )
            for policy in self.policies
            if (policy["study"], policy["records_of_role"]) == (person.study, role)
        ]

    @cached_property
    def permissions_about(self) -> dict[tuple[str, str, str, str], list[Row]]:
        permissions = defaultdict(list)
        for row in self.happened("permissions", "answered_at"):
            linkage = row["study"], row["records_of"], row["domain"], row["answers_of"]
            permissions[linkage].append(row)
        return permissions

    def statements(self, linkage: Linkage) -> list[Statement]:
        """All that was said about a linkage up to `as_of`, weighed by who may say what."""
        subject = self.people[linkage.study, linkage.participant_id]
        said: list[Statement] = []
        for row in self.permissions_about[linkage.key]:
            kind = "refusal" if row["answer"] == "no" else "other"
            says = row["answer"] if row["answer"] in ("yes", "no") else "neutral"
            said.append(
                self.weigh(row["given_by"], as_instant(row["answered_at"]), says, kind, subject)
            )
        for request_type, says, kind in (
            ("stop_linkage", "no", "stop"),
            ("delete_linked", "no", "deletion"),
            ("resume_linkage", "yes", "other"),
        ):
            for row in self.requests_covering(subject, request_type):
                if row["domain"] in (linkage.domain, "all"):
                    at = as_instant(row["received_at"])
                    # A deletion that came too late deletes nothing: it is a stop.
                    late = kind == "deletion" and not self.in_time(row)
                    kind_of_row = "stop" if late else kind
                    said.append(self.weigh(row["made_by"], at, says, kind_of_row, subject))
        return said

    def weigh(self, by: str, at: datetime, says: str, kind: str, subject: Person) -> Statement:
        """A no or a yes that was not theirs to say is neutral."""
        speaker = self.people[subject.study, by]
        for_themself = speaker.key == subject.key
        if says == "no":
            may = for_themself or not speaker.is_child
        elif says == "yes" and self.decides(subject, at):
            may = for_themself
        elif says == "yes":
            may = not speaker.is_child and speaker.parental_responsibility
        else:
            may = False
        return Statement(by, at, says if may else "neutral", kind if may else "other")

    @staticmethod
    def stances(statements: Sequence[Statement], at: datetime) -> list[Stance]:
        """Each member's latest statement up to and including an instant."""
        result = []
        for member in sorted({statement.by for statement in statements}):
            said = [s for s in statements if s.by == member and s.at <= at]
            if not said:
                continue
            latest = max(s.at for s in said)
            together = [s for s in said if s.at == latest]
            says = next(
                weight
                for weight in ("no", "neutral", "yes")
                if any(s.says == weight for s in together)
            )
            kinds = tuple(s.kind for s in together if s.says == "no")
            result.append(Stance(member, latest, says, kinds))
        return result

    # -- When a linkage is permitted ---------------------------------------------------------------

    def blocking(
        self, linkage: Linkage, statements: Sequence[Statement], at: datetime
    ) -> list[Stance]:
        """The standing `no`s that keep a linkage from being permitted at an instant."""
        subject = self.people[linkage.study, linkage.participant_id]
        stances = self.stances(statements, at)
        noes = [stance for stance in stances if stance.says == "no"]
        if not self.decides(subject, at):
            return noes
        own = self.own_stance(linkage, stances)
        own_yes_at = own.at if own and own.says == "yes" else None
        return [
            no
            for no in noes
            if no.by == subject.participant_id or own_yes_at is None or own_yes_at <= no.at
        ]

    @staticmethod
    def own_stance(linkage: Linkage, stances: Sequence[Stance]) -> Stance | None:
        return next((stance for stance in stances if stance.by == linkage.participant_id), None)

    def needed_yes(
        self, linkage: Linkage, statements: Sequence[Statement], at: datetime
    ) -> datetime | None:
        """The latest standing `yes` that mode `permission` needs."""
        subject = self.people[linkage.study, linkage.participant_id]
        return max(
            (
                stance.at
                for stance in self.stances(statements, at)
                if stance.says == "yes"
                and (
                    stance.by == subject.participant_id
                    if self.decides(subject, at)
                    else not self.people[linkage.study, stance.by].is_child
                )
            ),
            default=None,
        )

    def permitted(self, linkage: Linkage, statements: Sequence[Statement], at: datetime) -> bool:
        if self.blocking(linkage, statements, at):
            return False
        return linkage.mode == "standard" or self.needed_yes(linkage, statements, at) is not None

    def is_barred(self, family: tuple[str, str]) -> bool:
        """Whether nothing may be linked for a family, whatever was said."""
        return self.is_pilot(family) or family in self.unreadable

    # -- The decision and its reason ---------------------------------------------------------------

    def decision(self, linkage: Linkage) -> tuple[bool, str, datetime | None]:
        subject = self.people[linkage.study, linkage.participant_id]
        if self.objected_at(subject) is not None:
            return False, "objected", self.objected_at(subject)
        if self.restricted_at(subject) is not None:
            return False, "restricted", self.restricted_at(subject)
        if self.is_pilot(subject.family):
            return False, "pilot", None
        if subject.family in self.unreadable:
            return False, "unreadable", None

        statements = self.statements(linkage)
        noes = self.blocking(linkage, statements, self.as_of)
        if noes:
            latest = max(no.at for no in noes)
            kinds = {kind for no in noes if no.at == latest for kind in no.kinds}
            for kind, reason in (
                ("deletion", "deletion_requested"),
                ("stop", "stopped"),
                ("refusal", "refused"),
            ):
                if kind in kinds:
                    return False, reason, latest
        if linkage.mode == "standard":
            return True, "permitted", None
        yes = self.needed_yes(linkage, statements, self.as_of)
        if yes is not None:
            return True, "permitted", yes
        # An adult's `yes` is weighed at its own instant, so one from after the birthday is neutral.
        standing = [s.by for s in self.stances(statements, self.as_of) if s.says == "yes"]
        if self.decides(subject, self.as_of) and standing:
            return False, "lapsed", self.decides_from(subject)
        return False, "not_given", None

    # -- Deletions ---------------------------------------------------------------------------------

    @cached_property
    def participations(self) -> dict[tuple[str, str], list[date]]:
        """The days on which any member of a family took part in any wave."""
        days = defaultdict(list)
        for table, column in ANSWER_TABLES.items():
            for row in self.sound_rows(table):
                if row[column] is not None:
                    person = self.people[row["study"], row["participant_id"]]
                    days[person.family].append(as_date(row[column]))
        return days

    def in_time(self, request: Row) -> bool:
        """Whether a deletion came within the study's window."""
        window = self.studies[request["study"]]["deletion_window_months"]
        if not window:
            return True
        family = self.people[request["study"], request["made_by"]].family
        asked_on = as_instant(request["received_at"]).date()
        before = [day for day in self.participations[family] if day <= asked_on]
        return not before or asked_on <= months_later(max(before), int(window))

    def honoured_deletions(self, linkage: Linkage) -> list[datetime]:
        subject = self.people[linkage.study, linkage.participant_id]
        return [
            as_instant(row["received_at"])
            for row in self.requests_covering(subject, "delete_linked")
            if row["domain"] in (linkage.domain, "all") and self.in_time(row)
        ]

    # -- Which records are linked ------------------------------------------------------------------

    def is_usable(self, linkage: Linkage, delivery: Row) -> bool:
        """Whether what a delivery holds of somebody may be added to those answers."""
        subject = self.people[linkage.study, linkage.participant_id]
        if self.is_barred(subject.family) or not self.is_active(subject):
            return False
        received_at = as_instant(delivery["received_at"])
        if received_at > self.as_of:
            return False
        statements = self.statements(linkage)
        deletions = self.honoured_deletions(linkage)

        if self.is_held_by_dfe(delivery):
            # Permission changes only when something is said and at the birthday, so these
            # instants are all that need trying.
            instants = [received_at, self.as_of, *(statement.at for statement in statements)]
            if subject.is_child:
                instants.append(self.decides_from(subject))
            return any(
                received_at <= instant <= self.as_of
                and all(instant > deletion for deletion in deletions)
                and self.permitted(linkage, statements, instant)
                for instant in instants
            )

        return (
            self.certified_at(delivery) is not None
            and all(received_at > deletion for deletion in deletions)
            and self.permitted(linkage, statements, as_instant(delivery["request_sent_at"]))
            and self.permitted(linkage, statements, received_at)
        )

    def match_pupils(self) -> None:
        """Which pupil each child is: `self.matches` holds participant -> pupil."""
        self.matches: dict[PersonKey, str] = {}
        for study in self.studies:
            children = [p for p in self.people.values() if p.study == study and p.is_child]
            if study == "five_to_twelve":
                pairs = self.alike(children, self.upn_of_child, self.upn_of_pupil)
            elif self.found_alike is None:
                pairs = self.alike(children, self.identity_of_child, self.identity_of_pupil)
            else:
                pairs = {(c, p) for found_in, c, p in self.found_alike if found_in == study}
            pairs = self.one_to_one(pairs)
            pairs = self.after_clerks(study, pairs)
            for participant_id, pupil in pairs:
                if self.was_ever_permitted(self.people[study, participant_id]):
                    self.matches[study, participant_id] = pupil

    def was_ever_permitted(self, child: Person) -> bool:
        """Whether the child's education linkage was permitted at some instant by now."""
        if self.is_barred(child.family) or self.is_erased(child):
            return False
        for linkage in self.linkages(child):
            if linkage.domain == "education":
                statements = self.statements(linkage)
                instants = [datetime.min, self.decides_from(child), *(s.at for s in statements)]
                if any(
                    instant <= self.as_of and self.permitted(linkage, statements, instant)
                    for instant in instants
                ):
                    return True
        return False

    def alike(self, children, of_child, of_pupil) -> set[tuple[str, str]]:
        pupils = defaultdict(list)
        for reference, row in self.pupils.items():
            pupils[of_pupil(row)].append(reference)
        return {
            (child.participant_id, reference)
            for child in children
            if of_child(child) is not None
            for reference in pupils[of_child(child)]
        }

    @staticmethod
    def upn_of_child(child: Person) -> str | None:
        return child.landed["upn"]

    @staticmethod
    def upn_of_pupil(pupil: Row) -> str | None:
        return pupil["upn"]

    @staticmethod
    def identity(row: Row, first_name: str, last_name: str) -> tuple | None:
        born = row["date_of_birth"]
        if "pupil_matching_ref" in row and born in PLACEHOLDER_DATES:
            born = None
        names = loosely(row[first_name]), loosely(row[last_name]), born
        if None in names:
            return None
        return (*names, *(loosely(row[c]) for c in ("address_line_1", "town", "postcode")))

    def identity_of_child(self, child: Person) -> tuple | None:
        return self.identity(child.corrected, "first_name", "last_name")

    def identity_of_pupil(self, pupil: Row) -> tuple | None:
        return self.identity(pupil, "forename", "surname")

    @staticmethod
    def one_to_one(pairs: set[tuple[str, str]]) -> set[tuple[str, str]]:
        """An ambiguous match is no match, in either direction."""
        children = Counter(child for child, _ in pairs)
        pupils = Counter(pupil for _, pupil in pairs)
        return {(c, p) for c, p in pairs if children[c] == 1 and pupils[p] == 1}

    def after_clerks(self, study: str, pairs: set[tuple[str, str]]) -> set[tuple[str, str]]:
        """What a clerk has decided about a pair goes before what the data say of it."""
        decided: dict[tuple[str, str], list[tuple[datetime, str]]] = defaultdict(list)
        for row in self.sound_rows("clerical_decisions"):
            person = self.people[row["study"], row["participant_id"]]
            if row["study"] != study or not person.is_child:
                continue
            if row["decision"] and row["decided_at"]:
                at = as_instant(row["decided_at"])
                if at <= self.as_of:
                    pair = row["participant_id"], row["pupil_matching_ref"]
                    decided[pair].append((at, row["decision"]))
        latest = {}
        for pair, decisions in decided.items():
            at = max(at for at, _ in decisions)
            together = {decision for when, decision in decisions if when == at}
            latest[pair] = "no_match" if "no_match" in together else "match"

        if study == "five_to_twelve":
            # found by UPN, and by nothing else: a clerk may only take away
            return {pair for pair in pairs if latest.get(pair) != "no_match"}
        matched = {pair for pair, decision in latest.items() if decision == "match"}
        matched_at = {
            pair: max(at for at, decision in decisions if decision == "match")
            for pair, decisions in decided.items()
            if any(decision == "match" for _, decision in decisions)
        }
        # the last match of a child, and of a pupil; undone, it brings no earlier one back
        standing = {
            pair
            for pair in matched
            if all(
                matched_at[pair] > at
                for other, at in matched_at.items()
                if other != pair and (other[0] == pair[0] or other[1] == pair[1])
            )
        }
        undecided = {
            (child, pupil)
            for child, pupil in pairs - set(latest)
            if all(child != other and pupil != another for other, another in matched)
        }
        return standing | undecided

    # -- What comes of each request ----------------------------------------------------------------

    @cached_property
    def shared(self) -> dict[tuple[str, str, str], list[datetime]]:
        """When whose records of which domain were shared."""
        instants = defaultdict(list)
        for row in self.sound_rows("shared_records"):
            if row["shared_at"] is not None:
                part = row["study"], row["participant_id"], row["domain"]
                instants[part].append(as_instant(row["shared_at"]))
        return instants

    def outcome(self, request: Row) -> tuple[str, str | None]:
        maker = self.people[request["study"], request["made_by"]]
        about = self.people[request["study"], request["about"]]
        if maker.family != about.family:
            return "void", "outside_the_family"
        covered = self.covered(request)
        if not covered:
            return "void", "covers_nobody"
        request_type = request["request_type"]
        if request_type == "rectify" and not self.can_be_rectified(request):
            return "void", "cannot_be_rectified"
        if request_type == "delete_linked":
            linkages = [
                linkage
                for person in covered
                for linkage in self.linkages(person)
                if request["domain"] in (linkage.domain, "all")
            ]
            if not linkages:
                return "void", "no_linkage"
            if not self.in_time(request):
                return "too_late", None
            parts = {(linkage.participant_id, linkage.domain) for linkage in linkages}
        elif request_type in ("object", "erase"):
            parts = {(person.participant_id, domain) for person in covered for domain in DOMAINS}
        elif request_type == "access":
            return "open", None
        else:
            return "honoured", None

        received_at = as_instant(request["received_at"])
        if any(
            shared_at <= received_at
            for participant_id, domain in parts
            for shared_at in self.shared[request["study"], participant_id, domain]
        ):
            return "honoured_already_shared", None
        return "honoured", None

    # -- What researchers see ----------------------------------------------------------------------

    def answers_are_withheld(self, family: tuple[str, str]) -> bool:
        """The family's answers are about the child: while a child is out, so are they."""
        return any(p.is_child and not self.is_active(p) for p in self.families[family])

    def published_answers(self) -> list[tuple[str, str, str]]:
        """The study, participant and table of each row of answers that is published."""
        return [
            (row["study"], row["participant_id"], table)
            for table, column in ANSWER_TABLES.items()
            for row in self.sound_rows(table)
            if (row[column] is None or as_date(row[column]) <= self.as_of.date())
            and self.is_active(self.people[row["study"], row["participant_id"]])
            and not self.answers_are_withheld(
                self.people[row["study"], row["participant_id"]].family
            )
        ]

    @cached_property
    def matched_to(self) -> dict[str, list[PersonKey]]:
        participants = defaultdict(list)
        for key, pupil in self.matches.items():
            participants[pupil].append(key)
        return participants

    def subjects(self, table: str, record: Row, delivery: Row) -> list[Person]:
        """Whose record it is: of one participant, or of the children found to be the pupil."""
        if table in PUPIL_TABLES:
            return [self.people[key] for key in self.matched_to[record["pupil_matching_ref"]]]
        return [self.people[delivery["study"], record["participant_id"]]]

    def published_records(self) -> list[tuple[Person, str, str, set[str]]]:
        """Each published record: whose, its table, its delivery, for which answers it is usable."""
        published = []
        for table in RECORD_TABLES:
            for record in self.sound_rows(table):
                delivery = self.deliveries[record["delivery_id"]]
                for person in self.subjects(table, record, delivery):
                    answers_of = self.usable_for(person, delivery)
                    if answers_of and table in RESEARCH_TABLES[person.study]:
                        published.append((person, table, delivery["delivery_id"], answers_of))
        return published

    def usable_for(self, person: Person, delivery: Row) -> set[str]:
        """The answers to which what a delivery holds of somebody may be added."""
        answers_of = set()
        for linkage in self.linkages(person):
            if linkage.domain != delivery["domain"]:
                continue
            case = (*linkage.key, delivery["delivery_id"])
            if case not in self.usable:
                self.usable[case] = self.is_usable(linkage, delivery)
            if self.usable[case]:
                answers_of.add(linkage.answers_of)
        return answers_of

    # -- What came back, and what becomes of it ----------------------------------------------------

    def request_answered(self, delivery: Row) -> Requested | None:
        """The newest request that a delivery may answer, if it can be read who was in it."""
        sent_at = as_instant(delivery["request_sent_at"])
        possible = [
            one
            for one in self.requested
            if (one.supplier, one.study, one.domain)
            == (delivery["supplier"], delivery["study"], delivery["domain"])
            and one.as_of <= min(sent_at, self.as_of)
        ]
        newest = max(possible, key=lambda one: (one.as_of, one.request_id), default=None)
        return newest if newest and newest.is_readable else None

    def permitted_any(self, person: Person, domain: str, at: datetime) -> bool:
        """Whether any linkage of somebody's records of a domain was permitted at an instant."""
        return not self.is_barred(person.family) and any(
            self.permitted(linkage, self.statements(linkage), at)
            for linkage in self.linkages(person)
            if linkage.domain == domain
        )

    @staticmethod
    def by_then(instant: datetime | None, at: datetime) -> bool:
        return instant is not None and instant <= at

    def was_requested(self, person: Person, delivery: Row) -> bool:
        """By the request log, or by the rule: the identities of those permitted were sent."""
        request = self.request_answered(delivery)
        if request is not None:
            return person.participant_id in request.people
        sent_at = as_instant(delivery["request_sent_at"])
        return (
            self.permitted_any(person, delivery["domain"], sent_at)
            and not self.by_then(self.objected_at(person), sent_at)
            and not self.by_then(self.restricted_at(person), sent_at)
        )

    def permitted_at_receipt(self, person: Person, delivery: Row) -> bool:
        received_at = as_instant(delivery["received_at"])
        return self.permitted_any(person, delivery["domain"], received_at) and not self.by_then(
            self.objected_at(person), received_at
        )

    def withdrew_in_transit(self, person: Person, delivery: Row) -> bool:
        """A restriction withdraws nothing, and what cannot be read is not known to."""
        return (
            self.was_requested(person, delivery)
            and not self.permitted_at_receipt(person, delivery)
            and person.family not in self.unreadable
        )

    @cached_property
    def records_requested(self) -> dict[str, list[tuple[str, Person]]]:
        """Of each delivery received on request: table and person of its records, but the erased."""
        records: dict[str, list[tuple[str, Person]]] = {
            delivery_id: []
            for delivery_id, row in self.deliveries.items()
            if not self.is_held_by_dfe(row) and as_instant(row["received_at"]) <= self.as_of
        }
        for table in RECORD_TABLES:
            for record in self.sound_rows(table):
                if record["delivery_id"] in records:
                    delivery = self.deliveries[record["delivery_id"]]
                    (person,) = self.subjects(table, record, delivery)
                    if not self.is_erased(person):
                        records[record["delivery_id"]].append((table, person))
        return records

    def certified_at(self, delivery: Row) -> datetime | None:
        """When the agency deleted what it matched on, if it has said so by now."""
        certified = delivery["identifiers_deleted_at"]
        return as_instant(certified) if certified and as_instant(certified) <= self.as_of else None

    def check(self, delivery_id: str) -> Check:
        delivery = self.deliveries[delivery_id]
        people = {person for _, person in self.records_requested[delivery_id]}
        request = self.request_answered(delivery)
        certified_at = self.certified_at(delivery)
        in_request = sum(self.was_requested(person, delivery) for person in people)
        unknown = sum(
            row["delivery_id"] == delivery_id
            and self.faults.get((path, number)) == ("unknown_participant", None)
            for table in RECORD_TABLES
            for path, number, row in self.all_rows(table)
        )
        days = (self.as_of.date() - as_instant(delivery["received_at"]).date()).days
        return Check(
            request_id=request.request_id if request else None,
            request_known_from="request_log" if request else "rule",
            people=len(people),
            people_in_request=in_request,
            people_not_requested=len(people) - in_request,
            people_permitted_at_receipt=sum(
                self.permitted_at_receipt(person, delivery) for person in people
            ),
            people_withdrawn_meanwhile=sum(
                self.withdrew_in_transit(person, delivery) for person in people
            ),
            records_of_unknown_people=unknown,
            is_flagged=in_request < len(people) or unknown > 0,
            identifiers_deleted_at=certified_at,
            is_certificate_missing=certified_at is None,
            certificate_days_missing=days if certified_at is None else None,
        )

    def withdrawn_in_transit(self, delivery_id: str) -> list[Person]:
        """Of each record to be destroyed, whose it is."""
        delivery = self.deliveries[delivery_id]
        return [
            person
            for _, person in self.records_requested[delivery_id]
            if self.withdrew_in_transit(person, delivery)
        ]

    def record_fate(self, table: str, record: Row) -> str:
        """What becomes of a sound record: the first that holds."""
        delivery = self.deliveries[record["delivery_id"]]
        subjects = [p for p in self.subjects(table, record, delivery) if not self.is_erased(p)]
        if any(
            self.usable_for(person, delivery) and table in RESEARCH_TABLES[person.study]
            for person in subjects
        ):
            return "published"
        if as_instant(delivery["received_at"]) > self.as_of:
            return "not_received_yet"
        if not subjects:
            return "nobody_in_a_study" if self.is_held_by_dfe(delivery) else "erased"
        if not self.is_held_by_dfe(delivery):
            (person,) = subjects
            if not self.was_requested(person, delivery):
                return "not_requested"
            if self.withdrew_in_transit(person, delivery):
                return "withdrawn_in_transit"
        if not any(self.is_active(person) for person in subjects):
            return "withdrawn"
        if not self.is_held_by_dfe(delivery):
            if delivery["study"] not in RESEARCH_TABLES:
                return "not_published"
            if self.certified_at(delivery) is None:
                return "not_certified"
        return "not_permitted"

    def record_fates(self) -> dict[tuple[str, str], int]:
        """How many records of each landed table came to what."""
        fates: Counter[tuple[str, str]] = Counter()
        for table in RECORD_TABLES:
            for path, number, record in self.all_rows(table):
                if (path, number) in self.faults:
                    fates[path, "quarantined"] += 1
                else:
                    fates[path, self.record_fate(table, record)] += 1
        return dict(fates)

    def to_purge(self) -> dict[str, int]:
        """How many rows of each landed table, and of each outbound request, have an erased id."""
        found: Counter[str] = Counter()
        for table, columns in COLUMNS.items():
            for path, _, row in self.all_rows(table):
                if table == "permissions":
                    # What they said about others still counts for the others.
                    named_there = [row["records_of"] or row["given_by"]]
                elif table == "requests":
                    named_there = [row["about"] or row["made_by"]]
                    if row["scope"] == "family":
                        named_there.append(row["made_by"])
                elif "participant_id" in columns:
                    named_there = [row["participant_id"]]
                else:
                    continue
                named = row
                if "delivery_id" in columns:
                    named = self.deliveries.get(row["delivery_id"]) or {"study": None}
                study = named["study"]
                found[path] += any(
                    self.is_erased(someone)
                    # An adult's request for the family counts for the others, a child's covers the
                    # child alone.
                    and (
                        someone.is_child
                        or table != "requests"
                        or row["scope"] != "family"
                        or row["made_by"] != someone.participant_id
                    )
                    for any_study in ([study] if study in self.studies else self.studies)
                    for person in named_there
                    if (someone := self.people.get((any_study, person)))
                )
        for one in self.requested:
            for participant_id in one.people if one.is_readable else ():
                someone = self.people.get((one.study, participant_id))
                if someone and self.is_erased(someone):
                    found[f"requests/{one.request_id}"] += 1
        return dict(+found)

    def area_rows(self) -> list[PersonKey]:
        postcodes = {loosely(row["postcode"]) for row in self.sound_rows("postcodes")}
        return [
            person.key
            for person in self.people.values()
            if not self.is_erased(person)
            and loosely(person.corrected["postcode"]) in postcodes
            and any(
                linkage.domain == "area" and self.decision(linkage)[0]
                for linkage in self.linkages(person)
            )
        ]

    def linked_child(
        self, published: list[tuple[Person, str, str, set[str]]]
    ) -> dict[tuple[str, str], bool]:
        """Whether each send_futures participant's published answers lead to a child's records."""
        records: dict[PersonKey, list[set[str]]] = defaultdict(list)
        for person, _, _, answers_of in published:
            records[person.key].append(answers_of)
        given = [
            (self.people[study, participant_id], table)
            for study, participant_id, table in self.published_answers()
            if table in ("parent_survey", "child_survey")
        ]
        # Answers in the other's questionnaire are under no permission that anybody could name.
        astray = {
            person.key for person, table in given if person.is_child != (table == "child_survey")
        }
        result = {}
        for person, table in given:
            if table == "child_survey":
                children, answers = [person], "child"
            else:
                children, answers = (
                    [p for p in self.families[person.family] if p.is_child],
                    "parent",
                )
            result[person.key] = (
                person.key not in astray
                and len(children) == 1
                and bool(records[children[0].key])
                and all(answers in usable for usable in records[children[0].key])
            )
        return result

    # -- All of it ---------------------------------------------------------------------------------

    def requestable(self) -> set[tuple[str, str, str, str]]:
        """Study, supplier, domain and participant, of whom an agency may be asked about."""
        # of a child's education there is no request, and of an area there is no agency
        suppliers = {domain: supplier for supplier, domain in RECORD_TABLES.values()}
        return {
            (person.study, suppliers[linkage.domain], linkage.domain, person.participant_id)
            for person in self.people.values()
            if self.is_active(person)
            for linkage in self.linkages(person)
            if linkage.domain in suppliers
            and not (person.is_child and linkage.domain == "education")
            and self.decision(linkage)[0]
        }

    def verdict(self) -> Verdict:
        people = list(self.people.values())
        published = self.published_records()
        rows: Counter[tuple[str, str, str]] = Counter()
        rows.update((*p.key, "participants") for p in people if self.is_active(p))
        rows.update(self.published_answers())
        rows.update((*person.key, table) for person, table, _, _ in published)
        rows.update((*key, "areas") for key in self.area_rows())
        return Verdict(
            decisions={
                linkage.key: self.decision(linkage)
                for person in people
                if not self.is_erased(person)
                for linkage in self.linkages(person)
            },
            request_outcomes={
                (row["study"], row["request_id"]): self.outcome(row)
                for row in self.happened("requests", "received_at")
            },
            quarantined={place: category for place, (category, _) in self.faults.items()},
            quarantine_reasons={
                place: category if column is None else f"{category}: {column}"
                for place, (category, column) in self.faults.items()
            },
            rows={
                (study, participant_id, table): count
                for (study, participant_id, table), count in rows.items()
                if table in RESEARCH_TABLES[study]
            },
            linked_child=self.linked_child(published),
            matches=self.matches,
            identities={
                person.key: tuple(
                    loosely(value) if column == "postcode" else value
                    for column, value in person.corrected.items()
                    if column in MAY_BE_RECTIFIED
                )
                for person in people
                if not self.is_erased(person)
            },
            known=set(self.people),
            erased={person.key for person in people if self.is_erased(person)},
            inactive={person.key for person in people if not self.is_active(person)},
            participations=dict(self.participations),
            pilot={family for family in self.families if self.is_pilot(family)},
            unreadable=self.unreadable,
            checks={delivery_id: self.check(delivery_id) for delivery_id in self.records_requested},
            to_destroy={
                delivery_id: (len(set(withdrawn)), len(withdrawn))
                for delivery_id in self.records_requested
                if (withdrawn := self.withdrawn_in_transit(delivery_id))
            },
            people_to_destroy={
                (delivery_id, *person.key)
                for delivery_id in self.records_requested
                for person in self.withdrawn_in_transit(delivery_id)
            },
            record_fates=self.record_fates(),
            to_purge=self.to_purge(),
            requestable=self.requestable(),
        )
