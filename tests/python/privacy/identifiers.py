"""The landed columns that identify, what kind of identifier each holds, and landings as rows.

A column identifies where its staging column is declared `direct`, `free_text` or `key`. What kind
of identifier it holds says with which other columns it is compared: equal values of one kind name
one thing. A column that nothing is declared of, or that identifies and has no kind, is an error, so
that a new one cannot be forgotten.
"""

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import duckdb
import yaml

from studylink import landing
from studylink.contract import PROJECT, LandedTable

IDENTIFYING = ("direct", "free_text", "key")
"""The classes of staging columns that identify."""

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
    "free text": ("other_comments", "what_would_help", "in_your_own_words"),
}
KIND_OF_COLUMN = {column: kind for kind, columns in COLUMNS_OF_KIND.items() for column in columns}
COMPARED_LOOSELY = frozenset({"first name", "last name", "address", "town", "postcode"})
"""The kinds that compare without regard to case and to surrounding or repeated spaces."""

NAMES_NOBODY = frozenset({"study"})
"""Key columns whose values are no identifiers: the names of the studies are public."""

SPACES = r"[\t\n\f\r ]+"
"""What the engine takes for space."""

STAGED_LINE = re.compile(
    r"^\s*(?:\{\{ \w+\(')?(?:\w+\.)?(\w+)(?:'\) \}\})?(?: as (\w+))?,?$", re.MULTILINE
)
"""A line of staging SQL that hands one landed column on: as it stands, typed or renamed."""


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

    Raises `LookupError` for a column whose class is not declared, or that identifies and has no
    kind.
    """
    found = {}
    for column, declared in classes(table).items():
        if declared in IDENTIFYING and column not in NAMES_NOBODY:
            if column not in KIND_OF_COLUMN:
                raise LookupError(
                    f"{table.schema}.{table.name}.{column} identifies, and its kind is not said"
                )
            found[column] = KIND_OF_COLUMN[column]
    return found


@cache
def classes(table: LandedTable) -> dict[str, str]:
    """The declared class of each landed column: that of the staging column made of it.

    Raises `LookupError` for a column of which none is made, or whose class is not declared.
    """
    name = f"stg_{table.schema}__{table.name}"
    model = PROJECT / "models" / "staging" / table.schema / name
    described = yaml.safe_load(model.with_suffix(".yml").read_text(encoding="utf-8"))
    (columns,) = (one["columns"] for one in described["models"] if one["name"] == name)
    declared = {
        column["name"]: column.get("config", {}).get("meta", {}).get("class") for column in columns
    }
    sql = model.with_suffix(".sql").read_text(encoding="utf-8")
    staged_as = {landed: staged or landed for landed, staged in STAGED_LINE.findall(sql)}
    undeclared = [name for name in table.columns if not declared.get(staged_as.get(name, ""))]
    if undeclared:
        raise LookupError(f"no class is declared of {table.schema}.{table.name}: {undeclared}")
    return {column: declared[staged_as[column]] for column in table.columns}


def kind_of_value(kind: str, row: dict[str, str | None]) -> str:
    """The kind of one value: a corrected value is of the kind of the column that it corrects."""
    if kind != "corrected value":
        return kind
    return KIND_OF_COLUMN.get(row["field"] or "", "free text")


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
