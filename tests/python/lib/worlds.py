"""Small worlds, and landing folders made of them.

A world is a family or two with everything that was said, asked, answered and delivered about them.
Its ids are short and its own (`mother`, `R1`, `D1`); when worlds are laid into one landing folder,
each gets a prefix on everything by which it could meet another, so that a single build can judge
hundreds of them.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.python.lib.cases import Case
from tests.python.lib.oracle import COLUMNS, PATHS, Landing, Row, table_of

# Whatever names something of one world alone: two worlds must never share a value of these.
NAMING_COLUMNS = frozenset(
    [
        "participant_id",
        "family_id",
        "last_name",
        "surname",
        "postcode",
        "upn",
        "permission_id",
        "given_by",
        "records_of",
        "request_id",
        "made_by",
        "about",
        "pupil_matching_ref",
        "delivery_id",
        "lsoa_code",
        "release_id",
        "project_id",
        "school_urn",
    ]
)
FIVE, SEND = "five_to_twelve", "send_futures"


@dataclass
class World:
    """Rows by landed path, with ids that are the world's own."""

    name: str = ""
    rows: dict[str, list[Row]] = field(default_factory=dict)

    def add(self, path: str, **values: object) -> Row:
        """Add a row; what is not given is empty."""
        unknown = set(values) - set(COLUMNS[table_of(path)])
        assert not unknown, f"{path} has no {sorted(unknown)}"
        row: Row = dict.fromkeys(COLUMNS[table_of(path)])
        row.update({k: None if v is None else str(v) for k, v in values.items()})
        self.rows.setdefault(path, []).append(row)
        return row

    def add_participant(self, study: str, participant_id: str, **values: object) -> Row:
        described = {
            "family_id": "family",
            "role": participant_id,
            "invited_on": "2023-10-02",
            "first_name": participant_id.title(),
            "last_name": "Lane",
            "date_of_birth": "1988-02-03",
            "address_line_1": "1 High Street",
            "town": "Leeds",
            "postcode": "LS1 1AA",
        }
        if values.get("role", participant_id) != "child":
            described["parental_responsibility"] = "true"
        described.update(values)
        return self.add(
            f"surveys/{study}/participants",
            study=study,
            participant_id=participant_id,
            **described,
        )

    def add_permission(self, study: str, **values: object) -> Row:
        path = f"surveys/{study}/permissions"
        number = len(self.rows.get(path, [])) + 1
        return self.add(path, **{"study": study, "permission_id": f"P{number:02}", **values})

    def add_request(self, study: str, **values: object) -> Row:
        path = f"surveys/{study}/requests"
        number = len(self.rows.get(path, [])) + 1
        return self.add(path, **{"study": study, "request_id": f"R{number:02}", **values})

    def add_answers(self, study: str, participant_id: str, wave: int, day: str | None) -> Row:
        role = next(
            (
                row["role"]
                for row in self.rows.get(f"surveys/{study}/participants", [])
                if row["participant_id"] == participant_id
            ),
            None,
        )
        if study == FIVE:
            table, column = "parent_interviews", "interviewed_on"
        else:
            table = "child_survey" if role == "child" else "parent_survey"
            column = "completed_on"
        return self.add(
            f"surveys/{study}/{table}",
            study=study,
            participant_id=participant_id,
            wave=wave,
            **{column: day},
        )

    def add_pupil(self, child: Row, reference: str = "pupil", **values: object) -> Row:
        """A pupil of the register who is this child, but for what is given otherwise."""
        same = {
            "upn": child["upn"],
            "forename": child["first_name"],
            "surname": child["last_name"],
            **{c: child[c] for c in ("date_of_birth", "address_line_1", "town", "postcode")},
        }
        return self.add("dfe/pupils", pupil_matching_ref=reference, **{**same, **values})

    def size(self) -> int:
        return sum(len(rows) for rows in self.rows.values())

    def placed(self, prefix: str) -> dict[str, list[Row]]:
        """The rows with a prefix on everything that names."""
        return {
            path: [{column: self.prefixed(prefix, row, column) for column in row} for row in rows]
            for path, rows in self.rows.items()
        }

    @staticmethod
    def prefixed(prefix: str, row: Row, column: str) -> str | None:
        value = row[column]
        names = column in NAMING_COLUMNS or (
            column == "new_value" and row.get("field") in NAMING_COLUMNS
        )
        if not value or not names:
            return value
        # Names and postcodes are compared without regard to spaces around them: keep that so.
        compared_loosely = column in ("last_name", "surname", "postcode", "new_value")
        return f"{prefix} {value}" if compared_loosely else f"{prefix}-{value}"

    def described(self) -> str:
        """The world as data that can be pasted into a test; empty values are left out."""
        rows = {
            path: [{k: v for k, v in row.items() if v} for row in rows]
            for path, rows in self.rows.items()
            if rows
        }
        lines = [
            f"  {json.dumps(path)}: [\n"
            + "".join(f"    {json.dumps(row, ensure_ascii=False)},\n" for row in rows)
            + "  ],\n"
            for path, rows in rows.items()
        ]
        return "{\n" + "".join(lines) + "}"


def prefix_of(index: int) -> str:
    return f"W{index:05}"


def world_of(value: object) -> int | None:
    """Which world something found in a build comes from, by the prefix of its ids."""
    found = re.search(r"\bW(\d{5})\b", str(value))
    return int(found[1]) if found else None


def landing_of(worlds: Sequence[World]) -> Landing:
    """All worlds in one landing, as data. Every file is there, if only with its header."""
    landing: dict[str, list[Row]] = {path: [] for path in PATHS}
    # One of each, so that lookups have something to look up.
    landing["dfe/schools"].append(
        dict(school_urn="100001", school_name="Hill Primary", phase="primary", pupils="210")
    )
    for index, world in enumerate(worlds):
        for path, rows in world.placed(prefix_of(index)).items():
            landing[path].extend(rows)
    return landing


def places(worlds: Sequence[World]) -> dict[tuple[str, int], int]:
    """Which world each landed row belongs to."""
    owners: dict[tuple[str, int], int] = {}
    ahead = {path: len(rows) for path, rows in landing_of([]).items()}
    for index, world in enumerate(worlds):
        for path, rows in world.rows.items():
            for _ in rows:
                ahead[path] += 1
                owners[path, ahead[path]] = index
    return owners


def write_landing(worlds: Sequence[World], folder: Path) -> Landing:
    """Write all worlds as one landing folder; the same comes back as data."""
    landing = landing_of(worlds)
    write(landing, folder)
    return landing


def write(landing: Landing, folder: Path) -> None:
    """Write a landing that is there as data."""
    for path, rows in landing.items():
        file = folder / f"{path}.csv"
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("w", encoding="utf-8", newline="") as out:
            writer = csv.DictWriter(out, COLUMNS[table_of(path)], restval="", lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)


def read(folder: Path) -> Landing:
    """What `write` wrote."""
    landing: dict[str, list[Row]] = {}
    for file in sorted(folder.rglob("*.csv")):
        with file.open(encoding="utf-8", newline="") as rows:
            landing[file.relative_to(folder).with_suffix("").as_posix()] = [
                {column: value or None for column, value in row.items()}
                for row in csv.DictReader(rows)
            ]
    return landing


# --------------------------------------------------------------------------------------------------
# The worked cases as worlds
# --------------------------------------------------------------------------------------------------

# The number of published records shows the delivery: D1 brings one, D2 two.
RECORDS_BROUGHT = {"D1": 1, "D2": 2}
ANSWER = re.compile(r"(\w+) (yes|no|refused|dont_know), (\w+) (\w+)(?:/(\w+))?")
REQUEST = re.compile(r"(\w+) (\w+), (person|family) (\w+) (\w+)")


def at_noon(moment: str) -> str:
    """A date without a time means 12:00 UTC."""
    return moment if "T" in moment else f"{moment}T12:00:00Z"


def linkage_of(case: Case) -> tuple[str, str, str]:
    """Whose records, of which domain, for whose answers a case asks about."""
    who, domain, answers_of = re.fullmatch(r"(\w+) (\w+)/(\w+)", case.linkage).groups()
    return who, domain, answers_of


def records_table(case: Case) -> str:
    return "hospital_episodes" if case.study == FIVE else "pupil_census"


def world_of_case(case: Case) -> World:
    world = World(case.name)
    for adult in ("mother", "father"):
        responsible = "false" if adult in case.without_responsibility else "true"
        world.add_participant(
            case.study,
            adult,
            invited_on=case.invited_on,
            parental_responsibility=responsible,
        )
    child = world.add_participant(
        case.study,
        "child",
        invited_on=case.invited_on,
        date_of_birth=case.child_born,
        upn="UPN1" if case.study == FIVE else None,
    )
    world.add_pupil(child)
    for line in case.said:
        when, what = line.split(": ")
        if answer := ANSWER.fullmatch(what):
            giver, said, subject, domain, answers_of = answer.groups()
            world.add_permission(
                case.study,
                given_by=giver,
                records_of=subject,
                domain=domain,
                answers_of=answers_of or "family",
                answer=said,
                answered_at=at_noon(when),
            )
        else:
            maker, request_type, scope, about, domain = REQUEST.fullmatch(what).groups()
            world.add_request(
                case.study,
                made_by=maker,
                about=about,
                scope=scope,
                domain=domain,
                request_type=request_type,
                received_at=at_noon(when),
            )
    for wave, day in enumerate(case.took_part, start=1):
        world.add_answers(case.study, "mother", wave, day)
    for line in case.deliveries:
        add_delivery(world, case, *line.split(": "))
    return world


def add_delivery(world: World, case: Case, delivery_id: str, shown: str) -> None:
    dates = dict(re.findall(r"(sent|received|(?<!not )certified) (\S+?)(?:,|$)", shown))
    held = "held" in shown
    world.add(
        "governance/deliveries",
        delivery_id=delivery_id,
        supplier="dfe" if held else "nhs_england",
        study=None if held else case.study,
        domain="education" if held else "health",
        request_sent_at=at_noon(dates["sent"]) if "sent" in dates else None,
        received_at=at_noon(dates["received"]),
        identifiers_deleted_at=at_noon(dates["certified"]) if "certified" in dates else None,
    )
    for _ in range(RECORDS_BROUGHT[delivery_id]):
        if held:
            world.add(
                "dfe/pupil_census",
                delivery_id=delivery_id,
                pupil_matching_ref="pupil",
                academic_year="2023/24",
            )
        else:
            world.add(
                "nhs_england/hospital_episodes",
                delivery_id=delivery_id,
                participant_id="mother",
                epikey=f"{delivery_id}-1",
                admission_date="2023-12-01",
            )
