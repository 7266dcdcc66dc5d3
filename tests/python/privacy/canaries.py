"""Canaries: never-issued identifiers planted wherever one may be landed, and the search for them.

`plant` gives every identifying value of a landing another, equal where they were equal, that stands
nowhere else: it is then of those in and of those out, permitted, refused, objected, erased. It also
puts some into columns of codes, for a landed code may be anything at all, and adds rows that cannot
be read, with one in each column that has a type or a list.

`Canaries.found_in` searches files byte by byte, in plain and derived forms. In a DuckDB file text
may be compressed, so that its bytes do not show it: the values of its tables are searched as well.
Three things are not found: sex, which has two values, and the day of birth of a child, by which
decisions are taken, since neither is a canary; and whatever is less than a whole value, such as an
initial, a rank or a count. Two worlds show those.
"""

import re
from base64 import b64encode
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from hashlib import md5, sha1, sha256
from itertools import count
from pathlib import Path

import duckdb
import numpy as np

from tests.python.privacy import identifiers
from tests.python.privacy.identifiers import LandedRows

CELLS = 8
"""Canaries put into each column of codes of each landed table."""
CODE = "code"
"""What a canary is declared as if it is in the wrong place."""
FIRST_BIRTH = date(1908, 1, 1)
"""Days of birth are taken from here on: nothing else in a landing is that old."""
DIGESTS = {"md5": md5, "sha1": sha1, "sha256": sha256}
DIGITS_OF_DIGEST = 16
"""Hexadecimal digits of a digest that are searched for, so that a cut one is found."""
SHORTEST = 7
"""Bytes in the shortest form that is searched for; fewer would be found by chance."""
FEW_DIGITS = 11
"""Up to so many digits are found only where they are a number: every longer one may hold them."""
IN_STUDY = frozenset({"direct", "free_text"})
"""The classes that must not be in the study database either; it works with ids and codes."""


@dataclass(frozen=True)
class Canary:
    """A planted value, the kind of column it was planted in, and the class declared of that."""

    value: str
    kind: str
    declared: str


# --------------------------------------------------------------------------------------------------
# Numbers and names that were never issued
# --------------------------------------------------------------------------------------------------


def nhs_number(number: int) -> str:
    """An NHS number with its check digit, from the range 999 that is kept for tests."""
    # of any three in a row at least one has a check digit
    for digits in count(999_000_000 + 3 * number):
        weighed = zip(str(digits), range(10, 1, -1), strict=True)
        check = -sum(int(digit) * weight for digit, weight in weighed) % 11
        if check < 10:
            return f"{digits}{check}"
    raise AssertionError("the numbers from 999 on do not end")


def national_insurance_number(number: int) -> str:
    """A National Insurance number with the prefix QQ, which is never given."""
    return f"QQ{number % 10**6:06}{'ABCD'[number // 10**6]}"


def pupil_number(number: int) -> str:
    """A unique pupil number with its check letter, of the authorities 001 to 099: none has such."""
    digits = f"{number % 99 + 1:03}{number:09}"
    weighed = zip(digits, range(2, 14), strict=True)
    check = sum(int(digit) * weight for digit, weight in weighed) % 23
    return f"{'ABCDEFGHJKLMNPQRTUVWXYZ'[check]}{digits}"


def phone(number: int) -> str:
    """A mobile number of the 1,000 that Ofcom keeps for drama."""
    return f"07700 900{number % 1000:03}"


def postcode(number: int) -> str:
    """A postcode of an area that begins with X, as none does; 4.5 million of them."""
    number, last = divmod(number, 26)
    number, first = divmod(number, 26)
    number, sector = divmod(number, 10)
    area, district = divmod(number, 90)
    return f"X{_letter(area)}{district + 10} {sector}{_letter(first)}{_letter(last)}"


def word(number: int) -> str:
    """An invented name of ten letters."""
    syllables = [consonant + vowel for consonant in "bdfgklmnprtvz" for vowel in "aeiou"]
    scattered = number * 7_654_321 % len(syllables) ** 4
    spoken = ""
    for _ in range(4):
        scattered, syllable = divmod(scattered, len(syllables))
        spoken += syllables[syllable]
    return f"Xq{spoken}"


def _letter(number: int) -> str:
    return "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[number]


CODES = (nhs_number, national_insurance_number, pupil_number, phone, postcode, word)
IDS = (nhs_number, national_insurance_number, word)
BY_KIND = {
    "title": word,
    "first name": word,
    "last name": word,
    "town": word,
    "school name": word,
    "member of staff": word,
    "postcode": postcode,
    "email": lambda number: f"{word(number).lower()}@example.org",
    "phone": phone,
    "pupil number": pupil_number,
}


# --------------------------------------------------------------------------------------------------
# Planting
# --------------------------------------------------------------------------------------------------


def plant(extracts: Path, out: Path) -> "Canaries":
    """Write to `out` the landing of `extracts` with canaries for identifiers; see the module."""
    landed = identifiers.read(extracts)
    planter = _Planter(_birth_dates_of_children(landed))
    for place in landed:
        template = dict(place.rows[len(place.rows) // 2]) if place.rows else None
        for row in place.rows:
            planter.replace_identifiers(place, row)
        planter.plant_codes(place)
        if template:
            planter.add_unreadable_rows(place, template)
    identifiers.write(landed, out)
    return Canaries(planter.canaries)


class _Planter:
    """Makes canaries, each with a running number, and remembers what each represents."""

    def __init__(self, kept_dates: set[str]):
        self.canaries: list[Canary] = []
        self._kept_dates = kept_dates
        self._numbers = count(1)
        self._standing_for: dict[tuple[str, str], str] = {}

    def replace_identifiers(self, place: LandedRows, row: dict[str, str | None]) -> None:
        """Canaries for all identifiers of a row: the same for what compares as the same."""
        for column, kind_of_column in place.identifying().items():
            value = row[column]
            kind = identifiers.kind_of_value(kind_of_column, row)
            if value is None or kind == "sex" or value in self._kept_dates:
                continue
            loosely = kind in identifiers.COMPARED_LOOSELY
            same = (kind, identifiers.normalised(value) if loosely else value)
            if same not in self._standing_for:
                self._standing_for[same] = self._canary(kind, _declared(place, column))
            row[column] = self._standing_for[same]

    def plant_codes(self, place: LandedRows) -> None:
        """Canaries in some cells of each column of codes, in other rows for each."""
        apart = max(1, len(place.rows) // CELLS)
        for number, column in enumerate(place.table.columns):
            if column in _of_codes(place):
                for row in place.rows[number % apart :: apart]:
                    row[column] = self._canary(f"{place.source_table}.{column}", CODE)

    def add_unreadable_rows(self, place: LandedRows, template: dict[str, str | None]) -> None:
        """A row of nobody known for each column that has a type or a list, with a canary there."""
        for column in place.table.columns:
            if column not in place.identifying() and column not in _of_codes(place):
                row = dict(template)
                for identifying, kind in place.identifying().items():
                    if kind != "sex":
                        row[identifying] = self._canary(
                            identifiers.kind_of_value(kind, row), _declared(place, identifying)
                        )
                row[column] = self._canary(f"{place.source_table}.{column}", CODE)
                place.rows.append(row)

    def _canary(self, kind: str, declared: str) -> str:
        """The value of a new canary, or of several that a text is made of."""
        number = next(self._numbers)
        if kind == "free text":
            name, street = word(number), word(next(self._numbers))
            parts = [name, nhs_number(number), street, postcode(number)]
            text = "This is {}, NHS number {}, of 12 {} Road, {}.".format(*parts)
        elif kind == "address":
            parts = [word(number)]
            text = f"{number % 200 + 1} {parts[0]} Street"
        elif kind == "date of birth":
            text = _birth_date(number).isoformat()
            parts = []
        else:
            of_kind = CODES if declared == CODE else IDS
            text = BY_KIND.get(kind, of_kind[number % len(of_kind)])(number)
            parts = []
        self.canaries += [Canary(part, kind, declared) for part in [text, *parts]]
        return text


def _declared(place: LandedRows, column: str) -> str:
    return next(one.declared_class for one in place.table.declared if one.name == column)


def _of_codes(place: LandedRows) -> set[str]:
    """The columns in which any text may be landed, and that identify nobody."""
    return place.table.open_columns - set(place.identifying()) - identifiers.NAMES_NOBODY


def _birth_date(number: int) -> date:
    """A day from the 2nd to the 28th of a month, in the twenty years from `FIRST_BIRTH`.

    Not the first: a month of birth, which a build does work with, is kept as its first day.
    """
    months, day = divmod(number, 27)
    years, month = divmod(months % 240, 12)
    return FIRST_BIRTH.replace(year=FIRST_BIRTH.year + years, month=month + 1, day=day + 2)


def _birth_dates_of_children(landed: list[LandedRows]) -> set[str]:
    """The days of birth by which decisions are taken."""
    found = set()
    for place in landed:
        for row in place.rows:
            if place.table.name == "participants" and row["role"] == "child":
                found.add(row["date_of_birth"])
            if place.table.name == "requests" and row["field"] == "date_of_birth":
                found.add(row["new_value"])
    return found - {None}


# --------------------------------------------------------------------------------------------------
# Searching
# --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Sought:
    """What is sought, and where it may be."""

    by_head: dict[bytes, list[tuple[bytes, str, Canary]]]
    """By its first bytes: a run of bytes, and which form of which canary it is."""

    @cached_property
    def _has_head(self) -> np.ndarray:
        """Whether there is a head of a number."""
        found = np.zeros(2**24, bool)
        found[[_numbers(head)[0] for head in self.by_head]] = True
        return found

    def places_in(self, run: bytes) -> Iterator[int]:
        """Where in some bytes a head may be: everywhere that it is, and seldom elsewhere."""
        if len(run) >= SHORTEST:
            yield from np.flatnonzero(self._has_head[_numbers(run)]).tolist()


def _numbers(run: bytes) -> np.ndarray:
    """A number below 2**24 for each SHORTEST bytes of some, the same for the same."""
    values = np.frombuffer(run, np.uint8).astype(np.uint32)
    numbers = np.zeros(len(run) - SHORTEST + 1, np.uint32)
    for place in range(SHORTEST):
        # FNV-1's prime; what does not fit is lost
        numbers = numbers * np.uint32(16777619) + values[place : place + len(numbers)]
    return numbers >> 8


class Canaries:
    """What was planted."""

    def __init__(self, canaries: list[Canary]):
        self.canaries = canaries
        self._searched: dict[bytes, list[tuple[str, Canary]]] = {}

    def found_in(self, *places: Path) -> list[str]:
        """Where canaries are in files, and in all files under folders; never which ones.

        A line for each file, kind of column and form: `data/study.duckdb: last name, sha256 (3)`.
        Of DuckDB files but the encrypted vault, the values of all tables are searched too.
        """
        found: Counter[str] = Counter()
        for place in places:
            for file in sorted(place.rglob("*")) if place.is_dir() else [place]:
                if not file.is_file():
                    continue
                name = file.relative_to(place.parent).as_posix()
                contents = [(name, file.read_bytes())]
                if file.suffix == ".duckdb" and file.stem != "vault":
                    contents += _values_of_tables(file, name)
                for where, content in contents:
                    for form, canary in self._standing_in(content):
                        if canary.declared in IN_STUDY or not file.name.startswith("study.duckdb"):
                            found[f"{where}: {canary.kind}, {form}"] += 1
        return [f"{what} ({times})" for what, times in sorted(found.items())]

    def _standing_in(self, content: bytes) -> Iterator[tuple[str, Canary]]:
        """Every form of every canary that is in some bytes."""
        # a database is mostly nothing, and what is not stands in every copy of it
        for run in re.split(rb"\0{8,}", content):
            known = sha256(run).digest()
            if known not in self._searched:
                self._searched[known] = [
                    *_forms_standing_in(run, self._as_written),
                    *_forms_standing_in(run.lower(), self._in_any_case),
                ]
            yield from self._searched[known]

    @cached_property
    def _as_written(self) -> Sought:
        """What is sought in the case in which it was written."""
        return _by_head((canary, _forms_in_base64(canary)) for canary in self.canaries)

    @cached_property
    def _in_any_case(self) -> Sought:
        """What is sought in lower case."""
        hashes = _engine_hashes({text for one in self.canaries for text in _variants(one.value)})
        return _by_head((canary, _forms(canary, hashes)) for canary in self.canaries)


def _forms_standing_in(run: bytes, sought: Sought) -> Iterator[tuple[str, Canary]]:
    for place in sought.places_in(run):
        for content, form, canary in sought.by_head.get(run[place : place + SHORTEST], ()):
            if run.startswith(content, place) and not (
                len(content) <= FEW_DIGITS
                and content.isdigit()
                and _is_part_of_number(run, place, place + len(content))
            ):
                yield form, canary


def _is_part_of_number(content: bytes, start: int, end: int) -> bool:
    """Whether other digits, or a decimal point, are right beside it."""
    return (start > 0 and content[start - 1] in b".0123456789") or content[end : end + 1].isdigit()


def _by_head(forms_of_canaries: Iterable[tuple[Canary, Iterable[tuple[bytes, str]]]]) -> Sought:
    sought = defaultdict(list)
    for canary, forms in forms_of_canaries:
        # of two forms that are the same bytes, the first names them
        for content, form in {content: form for content, form in reversed(list(forms))}.items():
            assert len(content) >= SHORTEST, f"{canary.kind}, {form}: too short to be searched for"
            sought[content[:SHORTEST]].append((content, form, canary))
    return Sought(dict(sought))


def _forms(canary: Canary, engine_hashes: dict[str, str]) -> Iterator[tuple[bytes, str]]:
    """The forms of a canary whose case does not matter, in lower case."""
    for form, spelling in _spellings(canary):
        text = spelling.lower()
        yield text.encode(), form
        # but for the last byte, which is nothing: so in either order of bytes
        yield text.encode("utf-16-le")[:-1], f"{form}, UTF-16"
        yield text.encode().hex().encode(), f"{form}, hexadecimal"
    for variant in _variants(canary.value):
        # in hexadecimal too, the case of what was written matters
        yield variant.encode().hex().encode(), "hexadecimal"
        for name, digest in DIGESTS.items():
            digits = digest(variant.encode()).hexdigest()[:DIGITS_OF_DIGEST]
            yield digits.encode(), name
        yield engine_hashes[variant].encode(), "hash"


def _spellings(canary: Canary) -> Iterator[tuple[str, str]]:
    value = canary.value
    yield "plain", value
    yield "reversed", value[::-1]
    if canary.kind == "date of birth":
        yield from (("date", spelling) for spelling in _dates(date.fromisoformat(value)))
        return
    squeezed = _squeezed(value)
    yield "without spaces", squeezed
    yield "reversed", squeezed[::-1]
    if len(value) == 10 and value.isdecimal():
        yield "in groups", f"{value[:3]} {value[3:6]} {value[6:]}"
        yield "in groups", f"{value[:3]}-{value[3:6]}-{value[6:]}"


def _dates(day: date) -> Iterator[str]:
    """A date as people and programs write it, and as days and seconds since 1970."""
    for style in ("%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%Y/%m/%d", "%m/%d/%Y", "%Y%m%d", "%d%m%Y"):
        yield day.strftime(style)
    for month in (day.strftime("%B"), day.strftime("%b")):
        yield f"{day.day} {month} {day.year}"
        yield f"{month} {day.day}, {day.year}"
    days = (day - date(1970, 1, 1)).days
    yield str(days * 86_400)
    # so short, only where it is the whole of a value
    yield f"\n{days}\n"


def _squeezed(value: str) -> str:
    return "".join(filter(str.isalnum, value))


def _variants(value: str) -> set[str]:
    """What is hashed of a value, as a rule: as landed, in one case, without spaces."""
    return {
        case(text) for text in (value, _squeezed(value)) for case in (str, str.upper, str.lower)
    }


def _forms_in_base64(canary: Canary) -> Iterator[tuple[bytes, str]]:
    """Base64 of a canary at each of the three places in which it may be in a longer text."""
    for variant in _variants(canary.value):
        for ahead, spoilt in ((0, 0), (1, 2), (2, 3)):
            content = bytes(ahead) + variant.encode()
            yield b64encode(content)[spoilt : len(content) * 8 // 6], "base64"


def _engine_hashes(texts: Collection[str]) -> dict[str, str]:
    """DuckDB's own hash of each text, as a decimal number."""
    return dict(
        duckdb.execute(
            "select text, hash(text)::varchar from (select unnest(?::varchar[]) as text)",
            [list(texts)],
        ).fetchall()
    )


def _values_of_tables(file: Path, name: str) -> Iterator[tuple[str, bytes]]:
    """Every value of every column of every table of a database, a line each."""
    with duckdb.connect(str(file), read_only=True) as connection:
        columns = connection.execute(
            """
            select schema_name, table_name, column_name
            from duckdb_columns()
            inner join duckdb_tables() using (schema_name, table_name)
            """
        ).fetchall()
        for schema, table, column in columns:
            values = connection.execute(
                f'select distinct "{column}"::varchar from "{schema}"."{table}"'
            ).fetchall()
            text = "\n".join(value for (value,) in values if value is not None)
            yield f"{name}, {schema}.{table}.{column}", f"\n{text}\n".encode()
