"""What may be landed: the dbt sources under `models/staging`, read as the contract they are."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

PROJECT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class LandedTable:
    """One table of the landing contract.

    `landed_as` is its path under the landing folder without extension; a `*` stands for the folder
    of any study. `columns` are the names it must have, and the only ones it may have, and `types`
    theirs: `text`, `integer`, `decimal`, `boolean`, `date` or `timestamp`. In the `open_columns`
    among them anything may stand, for they are text and no list says what.
    """

    schema: str
    name: str
    landed_as: str
    columns: tuple[str, ...]
    types: tuple[str, ...]
    open_columns: frozenset[str]
    optional: bool


@cache
def landed_tables() -> tuple[LandedTable, ...]:
    """Every table of the landing contract, in the order of the source declarations.

    What the plugin itself lays beside the landed tables is declared like them, but has no place in
    the landing folder, and is none of them.
    """
    tables = []
    for file in sorted((PROJECT / "models" / "staging").glob("*/_*__sources.yml")):
        for source in yaml.safe_load(file.read_text(encoding="utf-8"))["sources"]:
            for table in source["tables"]:
                meta = table.get("config", {}).get("meta", {})
                if "landed_as" not in meta:
                    continue
                tables.append(
                    LandedTable(
                        schema=source["schema"],
                        name=table["name"],
                        landed_as=meta["landed_as"],
                        columns=tuple(column["name"] for column in table["columns"]),
                        types=tuple(column["data_type"] for column in table["columns"]),
                        open_columns=frozenset(
                            column["name"]
                            for column in table["columns"]
                            if column["data_type"] == "text"
                            and "listed" not in column.get("config", {}).get("meta", {})
                        ),
                        optional=meta.get("optional", False),
                    )
                )
    return tuple(tables)
