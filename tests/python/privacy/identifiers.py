"""The landed columns that identify, what kind of identifier each holds, and landings as rows.

A column identifies where it is declared `direct`, `free_text` or `key`. What kind of identifier it
holds says with which other columns it is compared: equal values of one kind name one thing. A
column that has no class, or that identifies and has no kind, is an error, so that a new one cannot
be forgotten.
"""

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import duckdb

from studylink import landing
from studylink.contract import LandedTable

IDENTIFYING = ("direct", "free_text", "key")
"""The classes of landed columns that identify."""

COLUMNS_OF_KIND = {
    "participant": ("participant_id", "given_by", "records_of", "made_by", "about"),
    "family": ("family_id",),
    "permission": ("permission_id",),
    "request": ("request_id",),
    "delivery": ("delivery_id",),
    "pupil": ("pupil_matching_ref",),
    "episode": ("epikey",),
    "school": ("school_urn",),
    "provider": ("provider_ukprn",),
    "trust": ("provider_code",),
    "practice": ("practice_code",),
    "employer": ("employer_paye_reference",),
    "area": ("lsoa_code",),
    "wider area": ("msoa_code",),
    "local authority": ("local_authority_code",),
    "release": ("release_id",),
    "project": ("project_id",),
    "researcher": ("researcher_id",),
    "title": ("title",),
    "first name": ("first_name", "forename"),
    "last name": ("last_name", "surname"),
    "date of birth": ("date_of_birth",),
    "sex": ("sex", "gender"),
    "address": ("address_line_1", "address_line_2"),
    "town": ("town",),
    "postcode": ("postcode",),
    "email": ("email",),
    "phone": ("phone",),
    "pupil number": ("upn",),
    "school name": ("school_name",),
    "member of staff": ("name", "decided_by"),
    "corrected value": ("new_value",),
}
KIND_OF_COLUMN = {column: kind for kind, columns in COLUMNS_OF_KIND.items() for column in columns}
FREE_TEXT = "free text"
COMPARED_LOOSELY = frozenset({"first name", "last name", "address", "town", "postcode"})
"""The kinds that compare without regard to case and to surrounding or repeated spaces."""

NAMES_NOBODY = frozenset({"study"})
"""Key columns whose values are no identifiers: the names of the studies are public."""

SPACES = r"[\t\n\f\r ]+"
"""What the engine takes for space."""


@dataclass
class LandedRows:
    """One landed table at one place, as rows of text in the order landed; None where empty."""

    table: LandedTable
    source_table: str
    rows: list[dict[str, str | None]]

    def identifying(self) -> dict[str, str]:
        """Its identifying columns and the kind of each."""
        return kinds(self.table)


def read(folder: Path) -> list[LandedRows]:
    """A landing folder as rows, read as a build reads it.

    Raises `LandingError` where a build would.
    """
    places = landing.read_landing(folder)
    with duckdb.connect() as connection:
        landing.create_views(connection, places)
        return [
            LandedRows(place.table, place.source_table, _rows(connection, place))
            for place in places
        ]


def write(landed: Iterable[LandedRows], folder: Path) -> None:
    """Write rows as a landing folder: one CSV file a table, the columns in the contract's order."""
    for place in landed:
        file = folder / f"{place.source_table}.csv"
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("w", encoding="utf-8", newline="") as out:
            writer = csv.DictWriter(out, place.table.columns, lineterminator="\n")
            writer.writeheader()
            writer.writerows(place.rows)


@cache
def kinds(table: LandedTable) -> dict[str, str]:
    """The identifying columns of a landed table and the kind of each.

    Raises `LookupError` for a column that has no class, or that identifies and has no kind.
    """
    found = {}
    for column in table.declared:
        if not column.declared_class:
            raise LookupError(f"no class is declared of {table.schema}.{table.name}.{column.name}")
        if column.declared_class == "free_text":
            found[column.name] = FREE_TEXT
        elif column.declared_class in IDENTIFYING and column.name not in NAMES_NOBODY:
            if column.name not in KIND_OF_COLUMN:
                raise LookupError(
                    f"{table.schema}.{table.name}.{column.name} identifies, "
                    "and its kind is not said"
                )
            found[column.name] = KIND_OF_COLUMN[column.name]
    return found


def kind_of_value(kind: str, row: dict[str, str | None]) -> str:
    """The kind of one value: a corrected value is of the kind of the column that it corrects."""
    if kind != "corrected value":
        return kind
    return KIND_OF_COLUMN.get(row["field"] or "", FREE_TEXT)


def normalised(text: str) -> str:
    """Text as names and postcodes are compared: DuckDB's `normalised` macro, in Python."""
    spaced_once = re.sub(SPACES, " ", text).strip(" ")
    return "".join(letter.upper() if len(letter.upper()) == 1 else letter for letter in spaced_once)


def _rows(
    connection: duckdb.DuckDBPyConnection, place: landing.Landed
) -> list[dict[str, str | None]]:
    columns = place.table.columns
    found = connection.execute(
        f"""
        select {", ".join(columns)}
        from landing.{place.table.schema}.{place.table.name}
        where source_table = ?
        order by row_number
        """,
        [place.source_table],
    ).fetchall()
    return [dict(zip(columns, row, strict=True)) for row in found]
