"""Two worlds: landings that differ only in identifier values must be published as the same rows.

From one landing a second is made, in which every identifier has another value and everything else
is as it was, and both are built. Whatever of an identifier reached a published table, be it an
initial, a rank or a hash, makes the two differ: this is non-interference (Goguen and Meseguer,
1982) tested by self-composition (Barthe, D'Argenio and Rezk, 2004) on one pair of inputs, so that
it shows the flows which these people's values bring about, and no others.

What the rules let an identifier decide is kept: which values are equal, in the way in which they
are compared; the order of request ids, the highest of which wins; the month of birth; on which
side of a birthday everything falls that decisions are taken by; and, by clerical decisions landed
in both worlds, which child is which pupil, for how alike two names are cannot be kept. Pseudonyms
are the keyed ones of the identifiers, computed here by Python's `hmac`: an id that was made in any
other way differs.
"""

import calendar
import csv
import random
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from itertools import count
from pathlib import Path
from string import ascii_lowercase, ascii_uppercase, digits

import duckdb

from studylink import databases
from studylink.contract import PROJECT
from tests.python.privacy import identifiers
from tests.python.privacy.identifiers import LandedRows

PSEUDONYMS_OF_KIND = {
    "participant": ("person", "record"),
    "family": ("family", "family of linked answers", "family of unlinked answers"),
    "school": ("school",),
    "provider": ("provider",),
    "trust": ("trust",),
    "practice": ("practice",),
    "employer": ("employer",),
    "area": ("area",),
    "wider area": ("wider area",),
}
"""The kinds of pseudonym that are made of an identifier of each kind."""

OF_FILES = "permissions_checksum"
"""The one column of governance that is of the landed files' bytes, and so of the identifiers."""
IDS_IN_GOVERNANCE = {
    "participant_id": "participant",
    "request_id": "request",
    "delivery_id": "delivery",
    "release_id": "release",
    "project_id": "project",
}
OTHER_SEX = {"F": "M", "M": "F"}
INSTANT = "%Y-%m-%dT%H:%M:%SZ"

Values = dict[str, dict[str, str]]
Row = dict[str, object]


@dataclass(frozen=True)
class Mapping:
    """What each value of the first world becomes in the second.

    `values` are by kind of identifier, `row_numbers` by landed table; of what is not there, nothing
    has changed.
    """

    values: Values = field(default_factory=dict)
    row_numbers: dict[str, dict[int, int]] = field(default_factory=dict)

    def days_moved(self) -> tuple[int, int]:
        """How many dates of birth moved, and how many there are."""
        dates = self.values.get("date of birth", {})
        return sum(old != new for old, new in dates.items()), len(dates)


# --------------------------------------------------------------------------------------------------
# Making another world
# --------------------------------------------------------------------------------------------------


def with_other_identifiers(extracts: Path, out: Path, as_of: datetime) -> Mapping:
    """Write to `out` the landing of `extracts` with every identifier another, and nothing else.

    A date of birth moves within its month, and stays where every other day that is free would put
    an instant by which a decision is taken, `as_of` (UTC, naive) among them, on the other side of a
    birthday.
    """
    landed = identifiers.read(extracts)
    values = _other_values(_values_of_kinds(landed), _date_judge(landed, as_of))
    for place in landed:
        for column, kind in place.identifying().items():
            for row in place.rows:
                if row[column] is not None:
                    # `field`, which says of what kind a corrected value is, identifies nobody
                    row[column] = values[identifiers.kind_of_value(kind, row)][row[column]]
    identifiers.write(landed, out)
    return Mapping(values=values)


def with_matches_decided(extracts: Path, vault: Path, out: Path, as_of: datetime) -> None:
    """Write to `out` the landing of `extracts` with a clerk's decision about every likely match.

    What a build found by likelihood, in the vault in the folder `vault`, is decided at `as_of`
    (UTC, naive) as it was found: a match where the pair was linked, and no match where it was not.
    """
    with duckdb.connect() as connection:
        databases.attach(connection, vault, "vault", read_only=True)
        decided = connection.execute(
            """
            select study, participant_id, pupil_matching_ref, matches.study is not null
            from vault.main.pupil_candidates
            left join vault.main.pupil_matches as matches
                using (study, participant_id, pupil_matching_ref)
            order by all
            """
        ).fetchall()
    landed = identifiers.read(extracts)
    for place in landed:
        if place.table.name == "clerical_decisions":
            place.rows += [
                {
                    "study": study,
                    "participant_id": participant_id,
                    "pupil_matching_ref": pupil_matching_ref,
                    "decision": "match" if is_match else "no_match",
                    "decided_by": "clerk",
                    "decided_at": as_of.strftime(INSTANT),
                }
                for study, participant_id, pupil_matching_ref, is_match in decided
                if place.source_table == f"surveys/{study}/clerical_decisions"
            ]
    identifiers.write(landed, out)


def with_rows_shuffled(extracts: Path, out: Path) -> Mapping:
    """Write to `out` the landing of `extracts` with the rows of every table in another order.

    Rows that are equal in every column keep their order: of them, those after the first are copies.
    """
    landed = identifiers.read(extracts)
    row_numbers = {}
    for place in landed:
        order = list(range(len(place.rows)))
        random.Random(place.source_table).shuffle(order)
        contents = [tuple(row.values()) for row in place.rows]
        places_of_equal = defaultdict(list)
        for new, old in enumerate(order):
            places_of_equal[contents[old]].append(new)
        moved = [places_of_equal[content].pop(0) for content in contents]
        place.rows = [place.rows[old] for old in order]
        row_numbers[place.source_table] = {old + 1: new + 1 for old, new in enumerate(moved)}
    identifiers.write(landed, out)
    return Mapping(row_numbers=row_numbers)


def _values_of_kinds(landed: Iterable[LandedRows]) -> dict[str, set[str]]:
    """Every value of every kind of identifier."""
    values = defaultdict(set)
    for place in landed:
        for column, kind in place.identifying().items():
            for row in place.rows:
                if row[column] is not None:
                    values[identifiers.kind_of_value(kind, row)].add(row[column])
    return values


def _other_values(values: dict[str, set[str]], may_move: Callable[[date, date], bool]) -> Values:
    """Another value for each of every kind, equal where they are equal and nowhere else."""
    other = {}
    for kind, texts in values.items():
        if kind == "request":
            other[kind] = _others_in_order(texts)
        elif kind == "date of birth":
            other[kind] = _other_texts(kind, texts) | _other_days(texts, may_move)
        elif kind == "sex":
            other[kind] = _other_texts(kind, texts) | OTHER_SEX
        else:
            other[kind] = _other_texts(kind, texts)
    return other


def _others_in_order(texts: set[str]) -> dict[str, str]:
    """Other ids in the same order."""
    draw = random.Random(0)
    numbers = sorted(draw.sample(range(10**9), len(texts)))
    return {old: f"Q{number:09}" for old, number in zip(sorted(texts), numbers, strict=True)}


def _other_texts(kind: str, texts: set[str]) -> dict[str, str]:
    """Other texts, any two of which compare as the two that they replace."""
    compared = identifiers.normalised if kind in identifiers.COMPARED_LOOSELY else str
    taken: dict[str, str] = {}
    attempts: dict[str, int] = {}
    other = {}
    for text in sorted(texts):
        old = compared(text)
        for attempt in count(attempts.get(old, 0)):
            new_text = _other_text(text, random.Random(f"{kind}/{old}/{attempt}"))
            new = compared(new_text)
            if taken.setdefault(new, old) == old:
                attempts[old], other[text] = attempt, new_text
                break
    return other


def _other_text(text: str, draw: random.Random) -> str:
    """Letters for letters and digits for digits, in the same case and with the same spaces.

    Each word is some letters or digits longer, and a text may be a word longer, so that its length
    shows no more than the rest.
    """
    words = re.split(f"({identifiers.SPACES})", text)
    for place in range(0, len(words), 2):
        if word := words[place]:
            longer = word + word[-1] * draw.randint(1, 3)
            words[place] = "".join(_other_letter(letter, draw) for letter in longer)
    if len(words) > 1 and draw.random() < 0.5:
        last = max(place for place in range(0, len(words), 2) if words[place])
        words[last] += " " + _other_letter(words[last][-1], draw) * 2
    return "".join(words)


def _other_letter(letter: str, draw: random.Random) -> str:
    if letter.isdecimal():
        return draw.choice(digits)
    # drawn whatever the case, so that texts that differ in case alone are drawn alike
    drawn = draw.randrange(26)
    if letter.isalpha():
        return (ascii_uppercase if letter.isupper() else ascii_lowercase)[drawn]
    return letter


# --------------------------------------------------------------------------------------------------
# Days of birth
# --------------------------------------------------------------------------------------------------


def _other_days(texts: set[str], may_move: Callable[[date, date], bool]) -> dict[str, str]:
    """Days of birth exchanged with others of the same month, in pairs."""
    by_month = defaultdict(set)
    for text in texts:
        if day := _date(text):
            by_month[day.replace(day=1)].add(day)
    other = {}
    for month, born in by_month.items():
        draw = random.Random(str(month))
        days = _days_of(month)
        draw.shuffle(days)
        for day in sorted(born):
            if day.isoformat() in other:
                continue
            free = [to for to in days if to != day and to.isoformat() not in other]
            to = next((to for to in free if may_move(day, to)), day)
            other |= {day.isoformat(): to.isoformat(), to.isoformat(): day.isoformat()}
    return {day: to for day, to in other.items() if day in texts}


def _days_of(month: date) -> list[date]:
    """The days of a month; the last two of a leap February share a birthday, and are left alone."""
    last = calendar.monthrange(month.year, month.month)[1]
    return [month.replace(day=day) for day in range(1, 28 if last == 29 else last + 1)]


def _date_judge(landed: list[LandedRows], as_of: datetime) -> Callable[[date, date], bool]:
    """Whether children born on one of two days may have been born on the other.

    They may if nothing by which a decision is taken about any of them lies between the birthdays
    on which they would come to decide for themselves: no statement or request of their family, no
    sending or receipt of a delivery, and not `as_of`.
    """
    ages = [int(study["own_decision_age"]) for study in _studies()]
    families = {
        (row["study"], row["participant_id"]): row["family_id"]
        for row in _rows_of(landed, "participants")
    }
    instants: dict[object, set[datetime]] = defaultdict(set)
    families_born: dict[str, set[object]] = defaultdict(set)
    for row in _rows_of(landed, "participants"):
        if row["role"] == "child" and row["date_of_birth"]:
            families_born[row["date_of_birth"]].add((row["study"], row["family_id"]))
    for row in _rows_of(landed, "requests"):
        family = (row["study"], families.get((row["study"], row["about"])))
        if row["field"] == "date_of_birth" and row["new_value"]:
            families_born[row["new_value"]].add(family)
    for table, people, instant in (
        ("permissions", ("given_by", "records_of"), "answered_at"),
        ("requests", ("made_by", "about"), "received_at"),
    ):
        for row in _rows_of(landed, table):
            for person in people:
                family = (row["study"], families.get((row["study"], row[person])))
                instants[family] |= _instants(row[instant])
    of_everybody = {as_of}
    for row in _rows_of(landed, "deliveries"):
        of_everybody |= _instants(row["request_sent_at"]) | _instants(row["received_at"])

    def may_move(day: date, to: date) -> bool:
        if to not in _days_of(day.replace(day=1)) or day not in _days_of(day.replace(day=1)):
            return False
        born = families_born[day.isoformat()] | families_born[to.isoformat()]
        if not born:
            return True
        relevant = of_everybody.union(*(instants[family] for family in born))
        return not any(
            _birthday(min(day, to), age) <= instant < _birthday(max(day, to), age)
            for age in ages
            for instant in relevant
        )

    return may_move


@cache
def _studies() -> list[dict[str, str]]:
    with (PROJECT / "seeds" / "studies.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _rows_of(landed: Iterable[LandedRows], table: str) -> Iterable[dict[str, str | None]]:
    return (row for place in landed if place.table.name == table for row in place.rows)


def _birthday(born: date, age: int) -> datetime:
    """The first instant of a birthday; 29 February falls on the 28th in common years."""
    year = born.year + age
    day = min(born.day, calendar.monthrange(year, born.month)[1])
    return datetime(year, born.month, day)


def _date(text: str) -> date | None:
    try:
        return datetime.strptime(text, "%Y-%m-%d").date() if len(text) == 10 else None
    except ValueError:
        return None


def _instants(text: str | None) -> set[datetime]:
    try:
        return {datetime.strptime(text or "", INSTANT)}
    except ValueError:
        return set()


# --------------------------------------------------------------------------------------------------
# Comparing what was built
# --------------------------------------------------------------------------------------------------


def differences(first: Path, second: Path, mapping: Mapping) -> list[str]:
    """What differs between two builds, the identifiers of the first mapped to those of the second.

    A line for each research or governance table whose columns or rows are not the same, with the
    number of rows that only one of the two has; never a value. Rows are compared as multisets,
    their order aside. `first` and `second` are folders of published databases, built with the
    pseudonym key that is set.
    """
    found = []
    pseudonyms = _pseudonyms(mapping)
    birthdays = _birthdays(mapping)
    for database, schemas in (("research", None), ("study", ("governance",))):
        with (
            duckdb.connect(str(databases.path(first, database)), read_only=True) as one,
            duckdb.connect(str(databases.path(second, database)), read_only=True) as other,
        ):
            names = [_tables(one, schemas), _tables(other, schemas)]
            for table in sorted(names[0] ^ names[1]):
                found.append(f"{table}: in one of the two alone")
            for table in sorted(names[0] & names[1]):
                columns, rows = _rows(one, table)
                columns_of_other, rows_of_other = _rows(other, table)
                if columns != columns_of_other:
                    found.append(f"{table}: not the same columns")
                    continue
                if database == "study":
                    mapped = [_mapped_row(row, mapping, birthdays) for row in rows]
                else:
                    mapped = [
                        {name: pseudonyms.get(value, value) for name, value in row.items()}
                        for row in rows
                    ]
                there = Counter(tuple(row.values()) for row in mapped)
                there.subtract(Counter(tuple(row.values()) for row in rows_of_other))
                if apart := sum(abs(rows_apart) for rows_apart in there.values()):
                    found.append(f"{table}: {apart} rows differ")
    return found


def _tables(connection: duckdb.DuckDBPyConnection, schemas: tuple[str, ...] | None) -> set[str]:
    return {
        f"{schema}.{table}"
        for schema, table in connection.execute(
            "select schema_name, table_name from duckdb_tables()"
        ).fetchall()
        if schemas is None or schema in schemas
    }


def _rows(connection: duckdb.DuckDBPyConnection, table: str) -> tuple[list[str], list[Row]]:
    result = connection.execute(f"select columns(lambda name: name != ?) from {table}", [OF_FILES])
    columns = [name for name, *_ in result.description]
    return columns, [dict(zip(columns, row, strict=True)) for row in result.fetchall()]


def _mapped_row(row: Row, mapping: Mapping, birthdays: dict[datetime, datetime]) -> Row:
    """A governance row as it should be in the second world."""
    mapped = dict(row)
    for column, kind in IDS_IN_GOVERNANCE.items():
        if column in row:
            mapped[column] = mapping.values.get(kind, {}).get(row[column], row[column])
    if "row_number" in row:
        numbers = mapping.row_numbers.get(row["source_table"], {})
        mapped["row_number"] = numbers.get(row["row_number"], row["row_number"])
    if row.get("reason") == "lapsed":
        # a linkage lapses on a birthday
        mapped["decided_at"] = birthdays.get(row["decided_at"], row["decided_at"])
    return mapped


def _birthdays(mapping: Mapping) -> dict[datetime, datetime]:
    """The birthday on which the child of a moved date of birth comes to decide for themself."""
    return {
        _birthday(date.fromisoformat(old), age): _birthday(date.fromisoformat(new), age)
        for old, new in mapping.values.get("date of birth", {}).items()
        if _date(old)
        for age in {int(study["own_decision_age"]) for study in _studies()}
    }


def _pseudonyms(mapping: Mapping) -> dict[object, str]:
    """The pseudonym in the second world for each of the first."""
    pseudonym = databases.pseudonym
    return {
        pseudonym(study["study"], kind, old): pseudonym(study["study"], kind, new)
        for identified, kinds in PSEUDONYMS_OF_KIND.items()
        for old, new in mapping.values.get(identified, {}).items()
        for kind in kinds
        for study in _studies()
    }
