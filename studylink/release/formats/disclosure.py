"""The rules of disclosure control that a release was made by, for a program to read."""

import json
from pathlib import Path

import duckdb

from studylink.pages import figures
from studylink.release.formats.description import Release
from studylink.release.plan import CHILDREN, SAFEGUARDED

FILE = "disclosure.json"


def write(connection: duckdb.DuckDBPyConnection, release: Release, folder: Path) -> None:
    """Write what was done to every column, and what was left out and why."""
    recodes = {one["meaning"]: one for one in figures.seed("recodes")}
    (limits,) = figures.seed("disclosure_control")
    generalised = _generalised(connection, release)
    record = {
        "release_id": release.release_id,
        "project_id": release.project_id,
        "is_invented": release.is_invented,
        "as_of": release.as_of,
        "access": release.access,
        "studies": release.studies,
        "domains": release.domains,
        "rules": {
            "identifiers": "none is released",
            "pseudonyms": "HMAC-SHA256 with a key of this release alone, cut to 128 bits",
            "recodes": "each column at one level of its hierarchy, then blanked where it has to be"
            if generalised
            else "fixed, and the same in every build",
            "terms": release.terms,
            "public_counts": {
                "withheld_below": figures.base(),
                "rounded_to": figures.base(),
            },
            **(
                {
                    "children_alike_at_least": int(limits["min_class_size"]),
                    "sensitive_values_at_least": int(limits["min_sensitive_values"]),
                }
                if generalised
                else {}
            ),
        },
        "left_out": [
            {"table": f"{schema}.{table}", "column": column, "why": reason}
            for schema, table, column, reason in connection.execute(
                """
                select table_schema, table_name, column_name, reason
                from about.left_out
                order by all
                """
            ).fetchall()
        ],
        "columns": [
            {
                "table": table.full_name,
                "column": column.name,
                "class": column.declared_class,
                "source": column.source,
                "recode": _recode(recodes.get(column.recode or ""), column.recode),
                **generalised.get((table.schema, table.name, column.name), {}),
            }
            for table in release.tables
            for column in table.columns
        ],
    }
    (folder / FILE).write_text(
        json.dumps(record, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
    )


def _recode(seed: dict[str, str] | None, meaning: str | None) -> dict[str, object] | None:
    """A recode in words, with the widths that the policy has for it."""
    if not meaning:
        return None
    widths = {
        name: int(value)
        for name, value in (seed or {}).items()
        if name in ("width", "lowest", "highest") and value
    }
    return {"meaning": meaning, **({"kind": seed["kind"]} if seed else {}), **widths}


def _generalised(
    connection: duckdb.DuckDBPyConnection, release: Release
) -> dict[tuple[str, str, str], dict[str, object]]:
    """How each column of a safeguarded release was generalised, as `about.disclosure` has it."""
    if release.access != SAFEGUARDED:
        return {}
    return {
        (schema, CHILDREN, column): {
            "level": level,
            "last_level": last,
            "children_blanked": blanked,
        }
        for schema, column, level, last, blanked in connection.execute(
            """
            select table_schema, column_name, level, last_level, children_blanked
            from about.disclosure
            """
        ).fetchall()
    }
