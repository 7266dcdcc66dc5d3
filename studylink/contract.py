"""What may be landed: the dbt sources under `models/staging`, read as the contract they are."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

PROJECT = Path(__file__).resolve().parents[1]
MODELS = PROJECT / "models" / "staging"

PARTICIPANTS, STATEMENTS, ANSWERS = "participants", "statements", "answers"
AGENCY_RECORDS, PUPIL_RECORDS = "agency records", "pupil records"
REGISTER, REFERENCE, GOVERNANCE = "register", "reference", "governance"
KINDS = (
    *(PARTICIPANTS, STATEMENTS, ANSWERS, AGENCY_RECORDS, PUPIL_RECORDS),
    *(REGISTER, REFERENCE, GOVERNANCE),
)
"""What a landed table may be; docs/landing.md says what becomes of each."""


@dataclass(frozen=True)
class LandedColumn:
    """One column of a landed table.

    `data_type` is `text`, `integer`, `decimal`, `boolean`, `date` or `timestamp`; `declared_class`
    is `direct`, `quasi`, `sensitive`, `free_text`, `key` or `plain`. `staged` is its name from
    staging on. `listed` are the values it may have, none where any value is allowed.
    """

    name: str
    data_type: str
    description: str
    declared_class: str | None
    staged: str
    required: bool
    required_of_child: bool
    listed: tuple[str, ...]


@dataclass(frozen=True)
class LandedTable:
    """One table of the landing contract.

    `landed_as` is its path under the landing folder without extension; a `*` stands for the folder
    of any study. `kind` is one of `KINDS`, `domain` that of records, `answers_of` whose answers
    they are, in the words of the policy, and `dated` the column that says when a row happened. It
    has the columns in `declared`, and no others.
    """

    schema: str
    name: str
    landed_as: str
    description: str
    kind: str
    domain: str | None
    answers_of: str | None
    adults_only: bool
    key: tuple[str, ...]
    dated: str | None
    optional: bool
    declared: tuple[LandedColumn, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of its columns."""
        return tuple(column.name for column in self.declared)

    @property
    def types(self) -> tuple[str, ...]:
        """The types of its columns."""
        return tuple(column.data_type for column in self.declared)

    @property
    def open_columns(self) -> frozenset[str]:
        """The columns that may hold anything: they are text, and no list limits them."""
        return frozenset(
            column.name
            for column in self.declared
            if column.data_type == "text" and not column.listed
        )


@cache
def landed_tables() -> tuple[LandedTable, ...]:
    """Every table of the landing contract, in the order of the source declarations.

    What the plugin itself puts beside the landed tables is declared like them, but has no place in
    the landing folder and belongs to none of them.
    """
    return tuple(
        _table(source["schema"], table)
        for file in sorted(MODELS.glob("*/_*__sources.yml"))
        for source in yaml.safe_load(file.read_text(encoding="utf-8"))["sources"]
        for table in source["tables"]
        if "landed_as" in table.get("config", {}).get("meta", {})
    )


def of_kind(*kinds: str) -> tuple[LandedTable, ...]:
    """The landed tables of some kinds, in their order."""
    return tuple(table for table in landed_tables() if table.kind in kinds)


def _table(schema: str, table: dict) -> LandedTable:
    meta = table["config"]["meta"]
    return LandedTable(
        schema=schema,
        name=table["name"],
        landed_as=meta["landed_as"],
        description=_rendered(table["description"]),
        kind=meta["kind"],
        domain=meta.get("domain"),
        answers_of=meta.get("answers_of"),
        adults_only=meta.get("adults_only", False),
        key=tuple(meta.get("key", ())),
        dated=meta.get("dated"),
        optional=meta.get("optional", False),
        declared=tuple(_column(column) for column in table["columns"]),
    )


def _column(column: dict) -> LandedColumn:
    meta = column["config"]["meta"]
    return LandedColumn(
        name=column["name"],
        data_type=column["data_type"],
        description=_rendered(column["description"]),
        declared_class=meta.get("class"),
        staged=meta.get("staged", column["name"]),
        required=meta.get("required", False),
        required_of_child="required_if" in meta,
        listed=tuple(meta.get("listed", ())),
    )


def _rendered(description: str) -> str:
    """A description with the doc blocks that it names, as dbt renders it."""
    return re.sub(r"\{\{ doc\('(\w+)'\) \}\}", lambda named: _doc_blocks()[named[1]], description)


@cache
def _doc_blocks() -> dict[str, str]:
    text = (PROJECT / "models" / "docs.md").read_text(encoding="utf-8")
    return dict(re.findall(r"\{% docs (\w+) %\}\n(.*?)\n\{% enddocs %\}", text, flags=re.DOTALL))
